"""The sources and formats that `prepare` knows by name.

To add one: a file with its reader, a line here, a test file.
"""

from typing import Final

from tastemaker.data import (
    inspired,
    instruments,
    minionerec,
    movielens_100k,
    movies,
    opendialkg,
    opinion_summaries,
    redial,
    s3rec,
)
from tastemaker.data.reader import Reader

READERS: Final[dict[str, Reader]] = {
    "movielens-100k": movielens_100k.READER,
    "movies": movies.READER,
    "instruments": instruments.READER,
    "s3rec": s3rec.READER,
    "minionerec": minionerec.READER,
    "redial": redial.READER,
    "opendialkg": opendialkg.READER,
    "inspired": inspired.READER,
    "opinion_summaries": opinion_summaries.READER,
}
