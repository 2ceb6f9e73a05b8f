"""A finished run, as a notebook sees it."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vierbein.experiment.report.trust import lights
from vierbein.interfaces.figure import Picture
from vierbein.storage.atomic import read_json

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure as Plot

REPORT = "report.json"
REPORT_HTML = "report.html"
_INTERVAL = ("value", "low", "high")
_VERDICT = ("safeguard", "answer", "sentence", "advice", "threshold", "false_alarm_rate")
_COLOURS = {"pass": "#12a877", "warn": "#f2b01e", "fail": "#d93a1c"}


class Result:
    """What a run found: shows itself as a table, gives data frames and figures.

    Parameters
    ----------
    folder
        The run's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def report(self) -> dict[str, Any]:
        """The whole report as plain data; see the report's reference page."""
        report: dict[str, Any] = read_json(self.folder / REPORT)
        return report

    @property
    def exit_status(self) -> int:
        """0 done; 3 a safeguard failed, or transfer was negative in all or in part."""
        return int(self.report["outcome"]["exit_status"]) if self._has_report else 0

    @property
    def arms(self) -> "pd.DataFrame":
        """Every arm's metric with its interval, by domain and size."""
        import pandas as pd  # noqa: PLC0415 - slow to import, and not every user wants it

        rows = [
            {"domain": domain, "size": int(size), "arm": arm, **said["metric"]}
            for domain, size, at in self._sizes()
            for arm, said in at["arms"].items()
        ]
        return pd.DataFrame(rows, columns=["domain", "size", "arm", *_INTERVAL])

    @property
    def differences(self) -> "pd.DataFrame":
        """The fine-tuned network against every other arm, with the outcome."""
        import pandas as pd  # noqa: PLC0415

        rows = [
            {
                "domain": domain,
                "size": int(size),
                "against": arm,
                **said["difference"],
                "outcome": said["outcome"],
            }
            for domain, size, at in self._sizes()
            for arm, said in at["against"].items()
        ]
        return pd.DataFrame(rows, columns=["domain", "size", "against", *_INTERVAL, "outcome"])

    @property
    def parts(self) -> "pd.DataFrame":
        """The fine-tuned network against its twin, by slice and by truth."""
        import pandas as pd  # noqa: PLC0415

        rows = [
            {
                "domain": domain,
                "size": int(size),
                "kind": part["kind"],
                "name": part["name"],
                **part["difference"],
                "outcome": part["outcome"],
            }
            for domain, size, at in self._sizes()
            for part in at["parts"]
        ]
        columns = ["domain", "size", "kind", "name", *_INTERVAL, "outcome"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def verdicts(self) -> "pd.DataFrame":
        """The safeguards' answers."""
        import pandas as pd  # noqa: PLC0415

        said = self.report["verdicts"]
        rows = [{**verdict, "figure": verdict["figure"]["value"]} for verdict in said]
        return pd.DataFrame(rows, columns=[*_VERDICT, "figure"])

    @property
    def pictures(self) -> dict[str, "Plot"]:
        """The report's pictures as matplotlib figures, by title."""
        from vierbein.experiment.report.draw import draw  # noqa: PLC0415

        found = (Picture.from_json(picture) for picture in self.report["pictures"])
        return {picture.title: draw(picture) for picture in found}

    def __repr__(self) -> str:
        name = f"Result({str(self.folder)!r})"
        if not self._has_report:
            return f"{name}: no report, its stage has not run"
        advice = self.report["outcome"]["advice"]
        lines = [f"{domain}: {said}" for domain, said in advice.items()]
        return "\n".join([name, *lines, f"safeguards: {', '.join(self._lights) or 'none'}"])

    def _repr_html_(self) -> str | None:
        """Show itself in a notebook: lights and the report, framed; without one, a line of text."""
        if not self._has_report:
            return None
        import html  # noqa: PLC0415

        page = html.escape((self.folder / REPORT_HTML).read_text(), quote=True)
        dots = "".join(
            f'<span style="color:{_COLOURS.get(said.split()[-1], "#8b97a2")}">&#9679;</span> '
            f"{html.escape(said)}&emsp;"
            for said in self._lights
        )
        line = f"<p>Safeguards: {dots or 'none was asked.'}</p>"
        return f'{line}<iframe srcdoc="{page}" style="width:100%;height:40em;border:0"></iframe>'

    @property
    def _lights(self) -> list[str]:
        """Each chosen safeguard and its worst answer."""
        return [f"{light.name} {light.answer}" for light in lights(self.report)]

    @property
    def _has_report(self) -> bool:
        """Whether the run was one of all stages."""
        return (self.folder / REPORT).exists()

    def _sizes(self) -> list[tuple[str, str, Mapping[str, Any]]]:
        return [
            (domain, size, at)
            for domain, said in self.report["comparison"].items()
            for size, at in said["sizes"].items()
        ]
