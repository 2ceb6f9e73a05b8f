"""From the registry to a composed, checked configuration and the components that it names."""
