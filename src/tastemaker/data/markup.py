"""Text out of HTML, and only out of HTML: "I <3 it", "a < b", "<sarcasm>" and "AT&T" are left as they are.

In: a text in which tags, comments or entities may stand. Out: the text that a browser would show, a line break where
a block begins or ends. nh3 does the parsing; before that, what is no markup is escaped, and tags lose their attributes
and their nesting, which a parser follows in quadratic time.
"""

import html
import re
from html.entities import html5
from typing import Final

import nh3

_BLOCKS: Final = (
    *("address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "div", "dl", "dt"),
    *("fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header"),
    *("hr", "html", "legend", "li", "main", "nav", "ol", "option", "p", "pre", "section", "select", "table"),
    *("tbody", "td", "tfoot", "th", "thead", "title", "tr", "ul"),
)
"""What a reader sees as a gap."""
_INLINE: Final = (
    *("a", "abbr", "acronym", "audio", "b", "bdi", "bdo", "big", "button", "cite", "code", "del", "dfn", "em"),
    *("embed", "font", "i", "iframe", "img", "input", "ins", "kbd", "label", "link", "mark", "meta", "noscript"),
    *("object", "param", "q", "rp", "rt", "ruby", "s", "samp", "small", "source", "span", "strike", "strong"),
    *("sub", "sup", "svg", "textarea", "time", "tt", "u", "var", "video", "wbr"),
)
_UNREADABLE: Final = ("script", "style")
"""Tags that go with what is between them."""

_NAMES: Final = "|".join(sorted(_BLOCKS + _INLINE + _UNREADABLE, key=len, reverse=True))
_ATTRIBUTES: Final = r"""[\s/](?:[^<>"']++|"[^"]*+"|'[^']*+')*+|[\s/][^<>]*+"""
_MARKUP: Final = re.compile(
    rf"<(?P<tag>/?(?P<name>{_NAMES}))(?:{_ATTRIBUTES})?>"
    r"|<!--(?:[^<-]++|-(?!->)|<(?!!--))*+-->|<!doctype\b[^<>]*>|<\?xml\b[^<>]*>"
    r"|&(?:#\d{1,7}|#x[0-9a-f]{1,6}|(?P<entity>[a-z][a-z0-9]{1,31}));",
    re.IGNORECASE,
)
_NESTED_AMPERSAND: Final = re.compile(r"&(?:amp;|#38;|#x26;)+", re.IGNORECASE)
_SANITIZER: Final = nh3.Cleaner(tags=set(), clean_content_tags=set(_UNREADABLE))


def without_html(text: str) -> str:
    """The text without tags, comments, scripts and styles, and with the characters that entities stand for.

    What an entity stands for may be markup in its turn ("&lt;br&gt;"); that is for another call.

    >>> without_html("<p>Rock &amp; <b>roll</b>: I <3 it</p>")
    '\\nRock & roll: I <3 it\\n'
    """
    text = _NESTED_AMPERSAND.sub("&amp;", text)
    found = [match for match in _MARKUP.finditer(text) if _is_known(match)]
    if not found:
        return text
    flat, end = [], 0
    for match in found:
        flat += [html.escape(text[end : match.start()], quote=False), _flat(match)]
        end = match.end()
    return html.unescape(_SANITIZER.clean("".join(flat) + html.escape(text[end:], quote=False)))


def _is_known(match: re.Match[str]) -> bool:
    """Whether it is no word between "&" and ";" that happens to look like an entity ("B&W; ")."""
    return match["entity"] is None or f"{match['entity']};" in html5


def _flat(match: re.Match[str]) -> str:
    if match["tag"] is None:
        return match[0]
    if match["name"].lower() in _UNREADABLE:
        return f"<{match['tag']}>"
    return "\n<br>" if match["name"].lower() in _BLOCKS else "<wbr>"
