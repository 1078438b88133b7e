"""What the model is trained on and judged by; each task turns a data set into examples."""

from tastemaker.tasks.category import Category
from tastemaker.tasks.description import Description
from tastemaker.tasks.dialogue import Dialogue
from tastemaker.tasks.example import Task
from tastemaker.tasks.explanation import Explanation
from tastemaker.tasks.like import Like
from tastemaker.tasks.next_item import NextItem
from tastemaker.tasks.question_answering import QuestionAnswering
from tastemaker.tasks.rating import Rating
from tastemaker.tasks.sentiment import Sentiment
from tastemaker.tasks.summary import Summary
from tastemaker.tasks.title import Title

TASKS: dict[str, type[Task]] = {
    "next_item": NextItem,
    "rating": Rating,
    "like": Like,
    "explanation": Explanation,
    "dialogue": Dialogue,
    "sentiment": Sentiment,
    "category": Category,
    "summary": Summary,
    "description": Description,
    "title": Title,
    "question_answering": QuestionAnswering,
}
