"""Recipes: what is read, what is refused and how that is said."""

import json
import re
from dataclasses import fields, replace
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.balancing import BALANCERS
from tastemaker.cli.recipe import FIXED, STAGES, from_mapping, read_recipe, to_mapping
from tastemaker.cli.tables import settable
from tastemaker.data.split import DataConfig
from tastemaker.errors import RecipeError
from tastemaker.model.config import ModelConfig
from tastemaker.tasks import TASKS
from tastemaker.tasks.next_item import NextItem
from tastemaker.training.config import PRECISIONS, TrainingConfig

START = '[data]\npath = "d"\n'
SMALL = f"{START}[tasks.next_item]\n"


def write(folder, text):
    path = folder / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_are_those_of_the_dataclasses(tmp_path):
    recipe = read_recipe(write(tmp_path, SMALL))
    assert recipe.data == DataConfig(path="d")
    assert recipe.model == ModelConfig()
    assert recipe.training == TrainingConfig()
    assert recipe.tasks == {"next_item": NextItem()}


def test_values_are_read(tmp_path):
    text = (
        SMALL
        + "weight = 2\n[training]\nlearning_rate = 1\nmax_steps = 5\n[evaluation]\nk = [10]\n[model]\nids = false\n"
    )
    recipe = read_recipe(write(tmp_path, text))
    assert recipe.tasks["next_item"].weight == 2.0
    assert (recipe.training.learning_rate, type(recipe.training.learning_rate)) == (1.0, float)
    assert (recipe.training.max_steps, recipe.evaluation.k, recipe.model.ids) == (5, (10,), False)


def test_tasks_stand_in_the_order_of_the_registry(tmp_path):
    recipe = read_recipe(write(tmp_path, f"{START}[tasks.like]\n[tasks.next_item]\n"))
    assert list(recipe.tasks) == ["next_item", "like"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (f"{SMALL}[training]\nepoch = 3\n", ": [training] has no key 'epoch'; did you mean 'epochs'?"),
        (
            f"{SMALL}[balancing]\nzzz = 3\n",
            ": [balancing] has no key 'zzz'; known are method, learning_rate, every, on, dwa_temperature, dwa_window, "
            "famo_rate, stch_mu, gradnorm_alpha, cagrad_c, fairgrad_alpha, gradvac_beta, graddrop_leak.",
        ),
        (f"{SMALL}[trainig]\n", ": there is no table [trainig]; did you mean 'training'?"),
        (f"{START}[tasks.ratings]\n", ": [tasks] has no task 'ratings'; did you mean 'rating'?"),
        (f"{SMALL}wieght = 1.0\n", ": [tasks.next_item] has no key 'wieght'; did you mean 'weight'?"),
        (
            f'{SMALL}name = "mine"\n',
            ": [tasks.next_item] has no key 'name'; known are detach, dropout, weight_decay, mixture_weight, "
            "every_step, weight, max_history.",
        ),
        (
            f"{SMALL}metrics = []\n",
            ": [tasks.next_item] has no key 'metrics'; known are detach, dropout, weight_decay, mixture_weight, "
            "every_step, weight, max_history.",
        ),
        (f'{SMALL}[training]\nepochs = "3"\n', ": [training] epochs must be a whole number, found '3'."),
        (f"{SMALL}[training]\nepochs = 3.0\n", ": [training] epochs must be a whole number, found 3.0."),
        (f"{SMALL}[training]\nepochs = true\n", ": [training] epochs must be a whole number, found True."),
        (f"{SMALL}[training]\nepochs = -1\n", ": [training] epochs must not be negative, found -1."),
        (f"{SMALL}[training]\nmax_steps = -2\n", ": [training] max_steps must not be negative, found -2."),
        (f'{SMALL}[model]\nids = "yes"\n', ": [model] ids must be true or false, found 'yes'."),
        (f"{SMALL}[model]\nbackbone = 1\n", ": [model] backbone must be a string, found 1."),
        (f"{SMALL}[training]\nlearning_rate = nan\n", ": [training] learning_rate must be a finite number, found nan."),
        (f"{SMALL}[evaluation]\nk = 5\n", ": [evaluation] k must be an array, found 5."),
        (f'{SMALL}[evaluation]\nk = [5, "x"]\n', ": [evaluation] k[1] must be a whole number, found 'x'."),
        (
            f"{SMALL}[evaluation]\nnoise_rate = 2\n",
            ": [evaluation] evaluation.noise_rate must lie between 0 and 1, found 2.0.",
        ),
        (
            '[data]\npath = "d"\nsplit = "leave_last"\n[tasks.next_item]\n',
            ": [data] split must be one of 'leave_last_out', 'split_by_time', found 'leave_last'. "
            "Did you mean 'leave_last_out'?",
        ),
        (
            SMALL.replace("[data]\n", '[data]\nwithhold_for = ["categorie"]\n'),
            ": [data] withhold_for: there is no task 'categorie'; did you mean 'category'?",
        ),
        (f'{SMALL}[balancing]\nmethod = "fix"\n', ": [balancing] there is no method 'fix'; did you mean 'fixed'?"),
        (
            f'{SMALL}[balancing]\nmethod = "gradnrm"\n',
            ": [balancing] there is no method 'gradnrm'; did you mean 'gradnorm'?",
        ),
        (f"{SMALL}[balancing]\nevery = 0\n", ": [balancing] balancing.every must be at least 1, found 0."),
        (f"{SMALL}max_history = 0\n", ": [tasks.next_item] max_history must be at least one, found 0."),
        (
            f"{SMALL}max_history = 90\n[model]\nwindow = 90\n",
            ": [tasks.next_item] max_history must be less than model.window, found 90 and 90.",
        ),
        (
            f'{SMALL}max_history = 200\n[model]\nbackbone = "recurrence"\nwindow = 64\nlongest = 200\n',
            ": [tasks.next_item] max_history must be less than model.longest, found 200 and 200.",
        ),
        (
            f"{SMALL}[model]\nhistory_layers = 2\n",
            ": [model] model.history_layers belongs to pretrained decoders, found 2 with 'nano'. Leave it out.",
        ),
        (
            f'{SMALL}[model]\nbackbone = "recurrence"\nwindow = 64\nlongest = 63\n',
            ": [model] model.longest must be at least 64, found 63.",
        ),
        (
            f'{SMALL}[model]\nbackbone = "recurrence"\nlongest = 500\n',
            ": [model] model.longest must be at least model.window, found 500 and 512. "
            "Raise it, or lower model.window.",
        ),
        (
            f'{SMALL}[model]\nbackbone = "recurrence"\n[training]\ngradient_checkpointing = true\n',
            ": [training] gradient_checkpointing computes states again that 'recurrence' keeps for the next segment. "
            "Leave it out.",
        ),
        (f"{START}[tasks.dialogue]\nnouns = []\n", ": [tasks.dialogue] nouns must be at least one, found ()."),
        (f"{SMALL}[model]\nvocabulary = 265\n", ": [model] model.vocabulary must be at least 266, found 265."),
        (
            f'{SMALL}[model]\nadaptation = "full"\nlora_targets = ["q"]\n',
            ": [model] model.lora_targets belongs to model.adaptation = 'lora', found q with 'full'. Leave it out.",
        ),
        (f"{SMALL}[model]\nlayers = 0\n", ": [model] model.layers must be at least 1, found 0."),
        (
            f'{SMALL}[model]\nsharing = "soft"\n',
            ": [model] sharing must be one of 'hard', 'adapters', 'experts', found 'soft'.",
        ),
        (
            f"{SMALL}[model]\nsharing_width = 0\n",
            ": [model] model.sharing_width must be at least 1, found 0.",
        ),
        (
            f'{SMALL}[model]\nsharing = "experts"\nexperts = 0\n',
            ": [model] model.sharing 'experts' needs one, found none. Raise model.experts or model.own_experts.",
        ),
        (f"{SMALL}dropout = 1\n", ": [tasks.next_item] dropout must lie between 0 and below 1, found 1.0."),
        (f"{SMALL}mixture_weight = 0\n", ": [tasks.next_item] mixture_weight must be above 0, found 0.0."),
        (f"{SMALL}detach = 1\n", ": [tasks.next_item] detach must be true or false, found 1."),
        (f"{SMALL}weight_decay = -1\n", ": [tasks.next_item] weight_decay must not be negative, found -1.0."),
        (f"{SMALL}[model]\nwindow = 63\n", ": [model] model.window must be at least 64, found 63."),
        (
            f"{SMALL}[model]\nheads = 3\n",
            ": [model] model.width must be a multiple of 2 * model.heads, found 128 with 3 heads.",
        ),
        (f"{SMALL}[model]\ndropout = 1\n", ": [model] model.dropout must lie between 0 and below 1, found 1.0."),
        (
            f"{SMALL}[model]\nhistory_dropout = 1\n",
            ": [model] model.history_dropout must lie between 0 and below 1, found 1.0.",
        ),
        (
            f'{SMALL}[model]\nbackbone = "smollm2"\nhistory_dropout = 0.4\n',
            ": [model] model.history_dropout belongs to layers made from scratch, found 0.4 with 'smollm2', whose own "
            "layers read histories. Leave it out, or set model.history_layers.",
        ),
        (f"{SMALL}[model]\nmask_share = 1\n", ": [model] model.mask_share must lie between 0 and below 1, found 1.0."),
        (f"{SMALL}[training]\nmax_steps = 0\n", ": [training] training.max_steps must be at least 1, found 0."),
        (f"{SMALL}[training]\npatience = 0\n", ": [training] training.patience must be at least 1, found 0."),
        (
            f"{SMALL}[training]\nmixture_temperature = 0\n",
            ": [training] training.mixture_temperature must be more than 0, found 0.0.",
        ),
        (
            f'{SMALL}[training]\nmixture = "fair"\n',
            ": [training] mixture must be one of 'proportional', 'temperature', 'uniform', 'progress', found 'fair'.",
        ),
        (
            f"{SMALL}[training]\npull = 0.1\n",
            ": [training] training.pull = 0.1 needs runs to pull toward, found none. "
            "Name them in training.pull_toward.",
        ),
        (f"{SMALL}[training]\npull = -1\n", ": [training] pull must not be negative, found -1.0."),
        (f"{SMALL}[training]\nmixture_cap = 0\n", ": [training] training.mixture_cap must be at least 1, found 0."),
        (f"{SMALL}[training]\nwarmup_steps = -1\n", ": [training] warmup_steps must not be negative, found -1."),
        (
            f"{SMALL}[training]\nwarmup_share = 1.5\n",
            ": [training] training.warmup_share must lie between 0 and 1, found 1.5.",
        ),
        (START, ": expected at least one task, such as [tasks.next_item], found none."),
        ("[tasks.next_item]\n", ": [data] needs 'path', the folder that `tastemaker prepare` wrote."),
        (f"training = 3\n{SMALL}", ": [training] must be a table, found 3."),
        (f"tasks = 3\n{START}", ": [tasks] must be a table, found 3."),
        (f"{START}[tasks]\nnext_item = 1.0\n", ": [tasks.next_item] must be a table, found 1.0."),
        ("[data]\npath = d\n", ": expected TOML, found an error: Invalid value (at line 2, column 8)."),
    ],
)
def test_what_does_not_fit_is_named(tmp_path, text, complaint):
    path = write(tmp_path, text)
    with pytest.raises(RecipeError) as caught:
        read_recipe(path)
    assert str(caught.value) == f"{path}{complaint}"


def test_a_history_longer_than_the_window_of_a_recurrence(tmp_path):
    text = f'{SMALL}max_history = 199\n[model]\nbackbone = "recurrence"\nwindow = 64\nlongest = 200\n'
    assert read_recipe(write(tmp_path, text)).model.longest_prompt == 200


def test_a_missing_file(tmp_path):
    with pytest.raises(RecipeError) as caught:
        read_recipe(tmp_path / "none.toml")
    assert str(caught.value) == (
        f"{tmp_path / 'none.toml'}: expected a recipe, found none (No such file or directory). See recipes/ for some."
    )


def test_a_file_that_is_no_utf_8(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_bytes(b'[data]\npath = "caf\xe9"\n')
    with pytest.raises(RecipeError) as caught:
        read_recipe(path)
    assert str(caught.value) == f"{path}: expected TOML in UTF-8, found byte 0xe9."


@pytest.mark.parametrize(
    ("override", "table", "key", "value"),
    [
        ("training.epochs=3", "training", "epochs", 3),
        (" training.epochs = 3 ", "training", "epochs", 3),
        ("training.device=cuda:1", "training", "device", "cuda:1"),
        ('training.device="cpu"', "training", "device", "cpu"),
        ("data.path=data/x=y", "data", "path", "data/x=y"),
        ("evaluation.k=[5, 20]", "evaluation", "k", (5, 20)),
    ],
)
def test_overrides(tmp_path, override, table, key, value):
    path = write(tmp_path, SMALL)
    assert getattr(getattr(read_recipe(path, [override]), table), key) == value


def test_overrides_must_fit_together_and_not_one_after_the_other(tmp_path):
    read = read_recipe(write(tmp_path, SMALL), ["model.width=50", "model.heads=5"])
    assert (read.model.width, read.model.heads) == (50, 5)
    with pytest.raises(RecipeError, match="^--set model.heads=7: "):
        read_recipe(write(tmp_path, SMALL), ["model.width=64", "model.heads=7", "training.epochs=3"])


def test_what_another_override_mends_is_not_at_fault(tmp_path):
    path = write(tmp_path, "[tasks.next_item]\n")
    assert read_recipe(path, ["data.path=x"]).data.path == "x"
    with pytest.raises(RecipeError, match=r"^--set training.epoch=3: \[training\] has no key 'epoch'"):
        read_recipe(path, ["data.path=x", "training.epoch=3"])
    with pytest.raises(RecipeError, match=r"recipe\.toml: \[data\] needs 'path'"):
        read_recipe(path, ["training.epochs=3"])


def test_an_override_of_a_task_adds_it(tmp_path):
    recipe = read_recipe(write(tmp_path, SMALL), ["tasks.rating.weight=0.5", "tasks.next_item.weight=2"])
    assert {name: task.weight for name, task in recipe.tasks.items()} == {"next_item": 2.0, "rating": 0.5}


@pytest.mark.parametrize(
    ("override", "complaint"),
    [
        ("training.epoch=3", ": [training] has no key 'epoch'; did you mean 'epochs'?"),
        ("training.epochs=many", ": [training] epochs must be a whole number, found 'many'."),
        ("epochs=3", ": expected table.key=value, such as training.epochs=3."),
        ("training.epochs", ": expected table.key=value, such as training.epochs=3."),
        ("training..epochs=3", ": expected table.key=value, such as training.epochs=3."),
        ("data.path.name=3", ": data.path is a value, not a table."),
    ],
)
def test_an_override_that_does_not_fit_is_named(tmp_path, override, complaint):
    with pytest.raises(RecipeError) as caught:
        read_recipe(write(tmp_path, SMALL), [override])
    assert str(caught.value) == f"--set {override}{complaint}"


def test_the_repository_s_recipes_share_data_and_trunk():
    demo, alone = read_recipe("recipes/demo.toml"), read_recipe("recipes/next_item.toml")
    assert {*demo.tasks} == {"next_item", "rating", "like", "explanation", "dialogue"} <= {*TASKS}
    assert (demo.data, demo.model) == (alone.data, alone.model)
    assert alone.tasks == {"next_item": replace(demo.tasks["next_item"], weight=alone.tasks["next_item"].weight)}


def test_recipes_of_held_dialogues_keep_the_vectors_of_items_small():
    held = [read_recipe(f"recipes/{name}.toml") for name in ("redial", "opendialkg")]
    assert [{*recipe.tasks} for recipe in held] == [{"dialogue"}] * 2
    assert held[0].model == held[1].model and held[0].model.id_dropout == 0.9


WORDS = st.text(max_size=12)
WITHIN = {
    "backbone": st.just("nano"),
    "heads": st.sampled_from((1, 2, 4)),
    "width": st.integers(min_value=1, max_value=99).map(lambda number: 8 * number),
    "max_history": st.integers(min_value=1, max_value=63),
    "min_words": st.integers(min_value=1, max_value=60),
    "vocabulary": st.integers(min_value=266, max_value=2**60),
    "adaptation": st.just("lora"),  # others take no lora_targets
    "window": st.integers(min_value=256, max_value=2**60),
    "method": st.sampled_from(sorted(BALANCERS)),
    "precision": st.sampled_from(PRECISIONS),
    "pull": st.just(0.0),
    "withhold_for": st.lists(st.sampled_from(sorted(TASKS))),
}
"""Fields whose values depend on more than their type."""
UNSET = ("history_layers",)
"""Fields of pretrained backbones alone."""


def values(hint: Any) -> st.SearchStrategy[Any]:
    """What any field of this type may hold: whole numbers from the least window on, shares."""
    if get_origin(hint) is tuple:
        return st.lists(values(get_args(hint)[0]), min_size=1, max_size=3)
    if type(None) in get_args(hint):
        return values(get_args(hint)[0])
    if get_args(hint):
        return st.sampled_from(get_args(hint))
    return {
        bool: st.booleans(),
        int: st.integers(min_value=64, max_value=2**60),
        float: st.floats(min_value=0, max_value=1, exclude_min=True, exclude_max=True),
        str: WORDS,
    }[hint]


def tables(config: Any) -> st.SearchStrategy[dict[str, Any]]:
    hints = get_type_hints(config)
    keys = [key for key in settable(config, FIXED) if key not in UNSET]
    free = {key: values(hints[key]) for key in keys if key not in WITHIN}
    return st.fixed_dictionaries({}, optional=free | {key: WITHIN[key] for key in keys if key in WITHIN})


RECIPES = st.fixed_dictionaries(
    {
        "data": tables(DataConfig).flatmap(lambda table: st.text(min_size=1).map(lambda path: {**table, "path": path})),
        "tasks": st.sampled_from(sorted(TASKS)).flatmap(
            lambda name: st.fixed_dictionaries({name: tables(TASKS[name])})
        ),
    },
    optional={name: tables(config) for name, config in STAGES.items() if name not in ("data", "evaluation")},
)


def in_toml(plain: dict[str, Any]) -> str:
    lines = []
    for name, table in plain.items():
        for header, entries in (
            [(f"tasks.{task}", table[task]) for task in table] if name == "tasks" else [(name, table)]
        ):
            lines += [f"[{header}]", *(f"{key} = {_literal(value)}" for key, value in entries.items())]
    return "\n".join(lines)


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return '"' + re.sub(r'[\x00-\x1f\x7f"\\]', lambda found: f"\\u{ord(found[0]):04x}", value) + '"'
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return repr(value).lower()


@given(RECIPES)
def test_a_recipe_survives_toml_and_json(tmp_path_factory, plain):
    path = tmp_path_factory.mktemp("recipe") / "recipe.toml"
    path.write_text(in_toml(plain), encoding="utf-8", newline="")
    recipe = read_recipe(path)
    assert recipe == from_mapping(plain)
    assert from_mapping(json.loads(json.dumps(to_mapping(recipe)))) == recipe
    for name, table in plain.items():
        if name != "tasks":
            read = to_mapping(recipe)[name]
            listed = {key: list(read[key]) if isinstance(read[key], tuple) else read[key] for key in table}
            assert listed == table


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*STAGES, "tasks", *TASKS, "path", "x"]), inner)
    ),
    max_leaves=8,
)


@given(PLAIN)
def test_whatever_comes_is_a_recipe_or_a_recipe_error(plain):
    try:
        from_mapping(plain)
    except RecipeError as error:
        assert str(error).startswith("recipe: ")


def test_every_field_has_a_type_that_a_recipe_can_hold():
    """A new field of another type must be taught to `tables.convert`, and to the strategy above."""
    for config in (*STAGES.values(), *TASKS.values()):
        hints = get_type_hints(config)
        for field in fields(config):
            values(hints[field.name])
