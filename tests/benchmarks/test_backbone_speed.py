from benchmarks.backbone_speed import IGNORED, labels
from tastemaker.model.batch import collate
from tastemaker.model.row import Position, Row, TaskTargets


def test_labels_stand_where_the_tokens_do_that_are_told() -> None:
    targets = {"description": TaskTargets(text_at=[1, 2], tokens=[7, 8])}
    long = Row.of([Position(5)], [Position(3), Position(7), Position(8)], targets)
    short = Row.of([Position(5)], [Position(3), Position(9)], {"description": TaskTargets(text_at=[1], tokens=[9])})
    told = labels(collate([long, short]))
    assert told.tolist() == [[IGNORED, IGNORED, 7, 8], [IGNORED, IGNORED, 9, IGNORED]]
