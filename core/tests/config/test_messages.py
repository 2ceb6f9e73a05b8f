"""What a user is told: what was asked, what there is, what to do."""

import sys

import pytest

from vierbein.errors.base import VierbeinError
from vierbein.errors.plugins import ClashError, PluginNotInstalledError, UnknownComponentError
from vierbein.errors.settings import (
    DanglingReferenceError,
    ForeignReferenceError,
    HydraKeyError,
    MissingValuesError,
    NothingChosenError,
    OverrideError,
    PlaceError,
    SweepError,
    UnchosenError,
    UnknownSettingError,
    WrongChoiceError,
    WrongTypeError,
)

CASES = [
    ("+typo=1", UnknownSettingError, "There is no setting 'typo'."),
    ("++typo=1", UnknownSettingError, "There is no setting 'typo'."),
    ("trainig.steps=1", UnknownSettingError, "'trainig'. Did you mean training?"),
    ("training.stesp=1", UnknownSettingError, "'training.stesp'. Did you mean steps?"),
    ("+backbone.widht=1", UnknownSettingError, "'backbone.widht'. Did you mean width?"),
    ("backbone={widht:1}", UnknownSettingError, "backbone particle_transformer of fake-lab has: "),
    ("tuner.lora.rnak=1", UnknownSettingError, "'tuner.lora.rnak'. Did you mean rank?"),
    ("also.calo.adapter.window_=1", UnknownSettingError, "Did you mean window?"),
    ("+dataset@source.datast=root", UnknownSettingError, "'source.datast'. Did you mean dataset?"),
    ("bakbone=x", UnknownSettingError, "'bakbone'. Did you mean backbone?"),
    ("training.learning_rate=abc", WrongTypeError, "training.learning_rate=abc"),
    ("training=5", WrongTypeError, "training=5 cannot be used: it must be Training."),
    ("seed.x=1", WrongTypeError, "it must be int."),
    ("seed=true", WrongTypeError, "seed=True cannot be used: it must be int."),
    ("seed=", WrongTypeError, "it must be int."),
    ("note=null", WrongTypeError, "it must be str."),
    ("tuner.lora.rank=3.5", WrongTypeError, "tuner.lora.rank=3.5"),
    ("tuner.lora.sites=qkv", WrongTypeError, "it must be Sequence[str]."),
    ("compare.sizes=[10,x]", WrongTypeError, "compare.sizes[1]=x cannot be used: it must be int."),
    ("compare.margin=[1]", WrongTypeError, "it must be float."),
    ("compare.margin=.inf", WrongTypeError, "it must be float"),
    ("compare.margin=inf", WrongTypeError, "it must be float, and finite."),
    ("training.betas=[1]", WrongTypeError, "it must be 2 values, tuple[float, float]."),
    (
        "backbone.size=tny",
        WrongChoiceError,
        "backbone.size=tny is not possible. Did you mean tiny?",
    ),
    ("device=gpu", WrongChoiceError, "Choices: cpu, cuda"),
    ("backbone.width=???", MissingValuesError, "Add  backbone.width=VALUE"),
    ("dataset=root", MissingValuesError, "dataset.path: Path  The file of events."),
    ("tuner.rank=8", UnchosenError, "Write  tuner.bitfit.rank  or  tuner.lora.rank"),
    ("tuner.full.rank=8", UnchosenError, "Write  tuner=[bitfit,lora,full]"),
    ("tuner=null tuner.rank=8", UnchosenError, "Write  tuner=NAME"),
    ("tuner=full tuner.lora.rank=8", UnchosenError, "'tuner.lora.rank' is for lora, which is not"),
    ("backbone=null backbone.width=1", NothingChosenError, "Add  backbone=NAME"),
    ("backbone=???", NothingChosenError, "Installed: lorentz_net, particle_transformer, tra"),
    ("source.dataset=root", PlaceError, "KIND@source.dataset=NAME  to choose another"),
    (
        "backbone=[particle_transformer,transformer_small]",
        PlaceError,
        "Several are chosen for it: pa",
    ),
    ("tuner=[lora,fake-lab/lora]", PlaceError, "'tuner.lora' must hold one"),
    ("dataset@source.datast=root", PlaceError, "places of a dataset: source.dataset"),
    ("tuner=full,lora", SweepError, "Write  tuner=[A,B]  for a list, or  --multirun tuner=A,B"),
    ("seed", OverrideError, "The override 'seed' cannot be read"),
    ("note=[", OverrideError, "Quote text that holds spaces"),
    ("--config-dir=x", OverrideError, "'--config-dir=x' cannot be read"),
    ("note=${nowhere}", DanglingReferenceError, "note: its ${...} cannot be filled in"),
    ("note=${now:x}", ForeignReferenceError, "'${now:x}', which is refused"),
    ("note=${oc.env:HOME}", ForeignReferenceError, "reads no environment variable"),
    ("hydra.run.dir=x", HydraKeyError, "a run's folder is set by  run_folder=PATH"),
    ("backbone=particle_transfomer", UnknownComponentError, "Did you mean particle_transformer?"),
    ("backbone=transformer_smal", UnknownComponentError, "Did you mean transformer_small or"),
    ("tuner=[8]", UnknownComponentError, "No tuner named '8' is installed."),
    ("dataset@source.dataset=8", UnknownComponentError, "No dataset named '8' is installed."),
    ("safeguard=[odd]", UnknownComponentError, "No safeguard named 'odd' is installed."),
    ("backbone=fake-lab/xyz", UnknownComponentError, "No backbone named 'fake-lab/xyz'"),
    ("tuner=probe", PluginNotInstalledError, "pip install vierbein-tuners"),
    ("backbone=lorentz_net", ClashError, "backbone=fake-other/lorentz_net"),
    ("nokind@here=x", VierbeinError, "There is no kind of component 'nokind'."),
]


@pytest.mark.parametrize(("text", "kind", "words"), CASES)
def test_message(composed, text, kind, words):
    with pytest.raises(kind) as error:
        composed(f"experiment=quickstart {text}")
    message = str(error.value)
    assert words in message
    assert len(message.splitlines()) >= 3  # asked, there is, to do
    assert error.value.exit_status == 2
    assert "fake_lab" not in sys.modules


def test_everything_that_is_missing_is_named_at_once(composed):
    with pytest.raises(MissingValuesError) as error:
        composed("dataset=root +dataset@source.dataset=root note=???")
    assert str(error.value).splitlines()[-1] == (
        "  Add  note=VALUE source.dataset.path=VALUE dataset.path=VALUE"
    )
