from tastemaker.data.split import Split
from tastemaker.evaluation import selection
from tastemaker.evaluation.cooccurrence import Cooccurrence
from tastemaker.evaluation.popularity import Popularity
from tastemaker.evaluation.selection import Validation, best_ranker


def test_the_best_variant_on_validation_is_taken(build):
    dataset = build([[(item, 5) for item in range(start, start + 6)] for start in range(10)])
    popularity, walks = Popularity(dataset.train_counts), Cooccurrence.fit(dataset, 1, 1)
    assert best_ranker(dataset, [lambda: popularity, lambda: walks]) is walks
    assert Validation.of(dataset).ndcg(walks) > Validation.of(dataset).ndcg(popularity)


def test_the_first_among_equals_is_taken(build):
    dataset = build([[(item, 5) for item in range(start, start + 6)] for start in range(10)])
    first, second = (Popularity(dataset.train_counts) for _ in range(2))
    assert best_ranker(dataset, [lambda: first, lambda: second]) is first


def test_many_users_are_sampled_the_same_every_time(dataset, monkeypatch):
    few = Validation.of(dataset, 5)
    assert [example.user for example in few.examples] == [
        example.user for example in Validation.of(dataset, 5).examples
    ]
    assert len(few.examples) == len(few.known) == 5
    for example, known in zip(few.examples, few.known, strict=True):
        assert known == sorted({entry.item for entry in dataset.known_before(example.user, Split.VALIDATION)})
    assert len(Validation.of(dataset, None).examples) == len(Validation.of(dataset).examples) == 12
    ranker = Popularity(dataset.train_counts)
    whole = Validation.of(dataset, None).ndcg(ranker)
    monkeypatch.setattr(selection, "BATCH", 5)
    assert Validation.of(dataset, None).ndcg(ranker) == whole, "batches change nothing"


def test_nothing_to_choose_by(build):
    dataset = build([[(1, 5), (2, 5)]])
    assert Validation.of(dataset).ndcg(Popularity(dataset.train_counts)) == 0
