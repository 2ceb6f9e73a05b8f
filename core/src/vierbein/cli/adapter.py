"""`vierbein adapter ...`: publish an adapter as a bundle, and use what others publish."""

from argparse import Namespace
from pathlib import Path
from typing import Any


def add(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("adapter", help="publish adapters as bundles, and use them")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    _add_pack(verbs)
    inspect = verbs.add_parser("inspect", help="what a bundle says of itself")
    verify = verbs.add_parser("verify", help="whether a bundle is whole, signed and fits its base")
    install = verbs.add_parser("install", help="put a bundle where adapter=NAME finds it")
    listing = verbs.add_parser("list", help="the installed bundles")
    diff = verbs.add_parser("diff", help="how two bundles differ")
    package = verbs.add_parser("package", help="write a pip package around a bundle")
    push = verbs.add_parser("push", help="hand a bundle on, to a folder or a model hub")
    push.add_argument("--to", required=True, metavar="FOLDER|hub:ORG/NAME")
    for verb in (inspect, verify, install, package, push):
        verb.add_argument("bundle", metavar="BUNDLE", help="a .vbn file or an installed name")
    for name in ("first", "second"):
        diff.add_argument(name, metavar="BUNDLE")
    verify.add_argument("--base", metavar="FOLDER", help="the base that it builds on")
    install.add_argument("--replace", action="store_true", help="in place of one of its name")
    for verb in (verify, install):
        add_policy(verb)
    package.add_argument("-o", "--output", type=Path, default=Path(), help="where (default: here)")
    package.add_argument("--version", default="0.1.0", help="of the package (default: 0.1.0)")
    for verb in (inspect, verify, listing, diff):
        verb.add_argument("--json", action="store_true", help="for programs")


def add_policy(parser: Any) -> None:
    """Declare which signatures of a bundle are asked for."""
    parser.add_argument(
        "--require-signature", action="store_true", help="refuse a bundle that is not signed"
    )
    parser.add_argument(
        "--allowed-signers", type=Path, metavar="FILE", help="lines of EMAIL KEYTYPE KEY"
    )
    parser.add_argument("--signer", default="", metavar="EMAIL", help="who must have signed")


def _add_pack(verbs: Any) -> None:
    pack = verbs.add_parser("pack", help="make a bundle of a finished run")
    pack.add_argument("run", type=Path, metavar="RUN", help="the run's folder")
    pack.add_argument("-o", "--output", type=Path, required=True, help="mydetector.vbn")
    pack.add_argument("--name", default="", help="what it goes by (default: the domain)")
    pack.add_argument("--domain", default="", help="target domain, where the run has several")
    pack.add_argument("--arm", default="", help="fine_tuned, zero_shot or twin_equal_steps")
    pack.add_argument("--licence", default="", help="such as CC-BY-4.0")
    pack.add_argument("--citation", default="", help="such as arXiv:2301.00001")
    parts = pack.add_mutually_exclusive_group()
    parts.add_argument("--whole", action="store_true", default=None, help="every parameter in it")
    parts.add_argument(
        "--difference",
        action="store_false",
        dest="whole",
        default=None,
        help="only what differs from the base, which must be there to use it",
    )
    pack.add_argument("--sign", type=Path, metavar="KEY", help="sign with this ssh key")


def run(arguments: Namespace) -> int:
    """Do it."""
    verbs = {
        "pack": _pack,
        "inspect": _inspect,
        "verify": _verify,
        "install": _install,
        "list": _list,
        "diff": _diff,
        "package": _package,
        "push": _push,
    }
    said = verbs[arguments.verb](arguments)
    if getattr(arguments, "json", False):
        import json

        print(json.dumps(said, indent=1, sort_keys=True))
    return 0


def _pack(arguments: Namespace) -> None:
    from vierbein.errors.bundles import BundleNameError
    from vierbein.experiment.bundles import ARMS, Wish, pack
    from vierbein.storage.atomic import write_bytes
    from vierbein.storage.bundle_folder import SUFFIX
    from vierbein.storage.signature import sign

    if arguments.output.suffix != SUFFIX:
        cure = f"Write  -o {arguments.output.stem}{SUFFIX}"
        raise BundleNameError(str(arguments.output), f"a bundle's file ends in {SUFFIX}", cure)
    if arguments.arm and arguments.arm not in ARMS:
        from vierbein.errors.settings import WrongChoiceError

        raise WrongChoiceError("--arm", arguments.arm, ARMS)
    wish = Wish(
        arguments.name,
        arguments.domain,
        arguments.arm,
        arguments.licence,
        arguments.citation,
        arguments.whole,
    )
    bundle = pack(arguments.run, wish)
    if arguments.sign is not None:
        bundle = sign(bundle, arguments.sign)
    data = bundle.to_bytes()
    write_bytes(arguments.output, data)
    base = bundle.network["base"]
    parts = len(bundle.parameters), len(bundle.network["from_base"])
    print(f"{arguments.output}: {len(data) / 1e6:.3g} MB, sha256 of the manifest {bundle.sha256}")
    print(f"  {bundle.card['arm']} for {bundle.card['domain']}, called {bundle.name}")
    where = f"taken from the base {base['name']}" if base else "no base"
    print(f"  {parts[0]} tensors of its own, {parts[1]} {where}")
    print(f"  {bundle.card['overlap']['statement']}")
    print("  signed" if bundle.signature else "  not signed (--sign KEY)")


def _inspect(arguments: Namespace) -> Any:
    from vierbein.experiment.bundle_exchange import described
    from vierbein.experiment.bundle_network import find_bundle
    from vierbein.registry.installed import installed
    from vierbein.storage.bundle import README

    bundle = find_bundle(arguments.bundle, installed())
    said = described(bundle)
    if not arguments.json:
        print(bundle.files[README].decode("utf-8", errors="replace").rstrip())
        print("\n## Features\n")
        for feature in bundle.adapter["schema"]["features"]:
            words = f"{feature['unit']}  {feature['role']}  {feature['meaning']}"
            print(f"- {feature['name']}  {words}")
        print(f"\nRead from: {', '.join(bundle.mapping.unlabelled().columns())}")
        print(f"sha256 of the manifest: {bundle.sha256}")
        print(
            "Signed; `vierbein adapter verify` says by whom." if bundle.signature else "Unsigned."
        )
    return said


def _verify(arguments: Namespace) -> Any:
    from vierbein.experiment.bundle_exchange import verify
    from vierbein.experiment.bundle_network import find_bundle
    from vierbein.registry.installed import installed

    registry = installed()
    bundle = find_bundle(arguments.bundle, registry)
    said = verify(bundle, _policy(arguments), registry, arguments.base)
    if not arguments.json:
        print(f"{bundle.file}: good")
        for what, found in said.items():
            print(f"  {what}: {found}")
    return said


def _install(arguments: Namespace) -> None:
    from vierbein.experiment.bundle_exchange import install
    from vierbein.experiment.bundle_network import find_bundle
    from vierbein.registry.installed import installed

    registry = installed()
    bundle = find_bundle(arguments.bundle, registry)
    path = install(bundle, _policy(arguments), registry, is_replacing=arguments.replace)
    print(f"{path}\n  Choose it:  adapter={bundle.name}")


def _list(arguments: Namespace) -> Any:
    from vierbein.experiment.bundle_exchange import listed
    from vierbein.storage.bundle_folder import bundle_folder

    said = listed()
    if not arguments.json:
        for row in said:
            words = f"{row['domain']}  {row['arm']}" if "domain" in row else row["broken"]
            signed = "  signed" if row.get("is_signed") else ""
            print(f"{row['name']}  {words}{signed}")
        if not said:
            print(f"No bundles are installed in {bundle_folder()}.")
    return said


def _diff(arguments: Namespace) -> Any:
    from vierbein.experiment.bundle_exchange import differ
    from vierbein.experiment.bundle_network import find_bundle
    from vierbein.registry.installed import installed

    registry = installed()
    said = differ(find_bundle(arguments.first, registry), find_bundle(arguments.second, registry))
    if not arguments.json:
        lines = [
            f"{part}  {where}: {first} -> {second}"
            for part, found in said.items()
            for where, (first, second) in found.items()
        ]
        print("\n".join(lines) or "The bundles do not differ.")
    return said


def _package(arguments: Namespace) -> None:
    from vierbein.experiment.bundle_network import find_bundle
    from vierbein.experiment.bundle_package import write_package
    from vierbein.registry.installed import installed

    registry = installed()
    bundle = find_bundle(arguments.bundle, registry)
    folder = write_package(bundle, arguments.output, registry, arguments.version)
    print(f"{folder}\n  Install it:  pip install ./{folder}\n  Choose it:  adapter={bundle.name}")


def _push(arguments: Namespace) -> None:
    from vierbein.experiment.bundle_network import find_bundle
    from vierbein.experiment.bundle_push import push
    from vierbein.registry.installed import installed

    print(push(find_bundle(arguments.bundle, installed()), arguments.to))


def _policy(arguments: Namespace) -> Any:
    from vierbein.storage.signature import Policy

    return Policy(arguments.require_signature, arguments.allowed_signers, arguments.signer)
