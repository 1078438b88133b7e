"""What users say: requests, answers to a question, and why they turn a recommendation down.

Gaps: `{want}` "a comedy from the 90s" (`{Want}` at the start), `{wants}` "comedies from the 90s", `{a}` and `{b}` liked
titles, `{noun}` and `{nouns}` what an item is called, `{one}` "a musical", `{many}` "musicals".
"""

from typing import Final

from tastemaker.tasks.phrasings import Phrasings

WISHES: Final = Phrasings(
    train=(
        "I'm looking for {want}.",
        "Can you recommend {want}?",
        "Tonight I'd like to see {want}.",
        "I'm in the mood for {want}.",
        "Any good {wants}?",
        "What {wants} would you suggest?",
        "Show me {want}.",
        "{Want}, please.",
        "Got {want} for me?",
        "With friends we want to watch {want}.",
        "Could you find me {want}?",
        "This evening I feel like {want}.",
        "I need {want}.",
        "Do you know {want}?",
        "Something for tonight: {want}.",
        "I could do with {want}.",
        "Please suggest {want}.",
        "It should be {want}.",
        "Today let's go for {want}.",
        "{Want} would be great.",
        "My partner fancies {want}.",
        "Looking for {want}, any ideas?",
        "Recommend me {want}.",
        "What about {want}?",
        "I have time for {want}.",
        "Are there any {wants} worth seeing?",
        "Which {wants} are good?",
        "Give me {want}.",
    ),
    test=(
        "I've been craving {want} all week.",
        "Would you happen to have {want}?",
        "Help me pick {want}.",
        "Tonight calls for {want}.",
        "Point me to {want}.",
        "{Want} is what I'm after.",
        "Which {wants} deserve a look?",
        "My evening needs {want}.",
    ),
)

FAVOURITES: Final = Phrasings(
    train=(
        "Something like {a}?",
        "I loved {a}. What else would I like?",
        "I really enjoyed {a}, what should I watch next?",
        "More like {a}, please.",
        "I just watched {a} and want more of that.",
        "If I liked {a}, what would you suggest?",
        "{a} was great. Anything similar?",
        "Can you find me something close to {a}?",
        "My favourites are {a} and {b}.",
        "I liked {a} and {b}. What now?",
        "What should I see after {a}?",
        "Anything in the vein of {a}?",
        "{a} is one of my favourites. Suggest another.",
        "I'd like something similar to {a}.",
        "Looking for {nouns} like {a}.",
        "We both loved {a}, what next?",
        "I'm a fan of {a} and {b}, any tips?",
        "Show me something in the spirit of {a}.",
    ),
    test=(
        "What comes close to {a}?",
        "Had a great time with {a}. Your next tip?",
        "Which {nouns} resemble {a}?",
        "Fans of {a} and {b} should see what?",
        "{a} blew me away; any others of that sort?",
    ),
)

WISHES_AND_FAVOURITES: Final = Phrasings(
    train=(
        "I loved {a}. I'm looking for {want}.",
        "{Want}, something like {a}.",
        "I want {want}. I really liked {a}.",
        "Since I enjoyed {a}, can you recommend {want}?",
        "I'm in the mood for {want}. {a} was my kind of thing.",
        "Find me {want}, a bit like {a}.",
        "I liked {a} and {b}. Now I want {want}.",
        "{a} was great, so {want} again, please.",
        "I need {want}. It may be like {a}.",
        "After {a} I feel like {want}.",
        "Do you have {want} for somebody who loves {a}?",
        "My favourite is {a}. Any {wants} like that?",
        "Can you suggest {want}? I enjoyed {a} and {b}.",
    ),
    test=(
        "{a} blew me away; now I'm craving {want}.",
        "Tonight calls for {want}, close to {a} if possible.",
        "Had a great time with {a}. Point me to {want}.",
        "Being fond of {a}, I'm after {want}.",
        "{a} and {b} blew me away; point me to {want}.",
    ),
)

VAGUE: Final = Phrasings(
    train=(
        "What should I watch tonight?",
        "Can you recommend something?",
        "I'm bored, any ideas?",
        "Hi!",
        "Hello there.",
        "I want to see a good {noun}.",
        "Something nice for this evening, please.",
        "Got any tips for the weekend?",
        "We need a {noun} for tonight.",
        "I don't know what to watch.",
        "Any suggestions?",
        "Help me choose a {noun}.",
        "Could you help me find something to watch?",
        "I have a free evening.",
        "What's good?",
        "Recommend me a {noun}.",
        "Hey, can you help me?",
        "I'd like a recommendation.",
    ),
    test=(
        "My evening is free, what would you put on?",
        "Good evening, I could use your help.",
        "No idea what to see.",
        "Pick something for me?",
        "Anything worth my time?",
    ),
)

ANSWERS_WITH_WISHES: Final = Phrasings(
    train=(
        "{Want}, please.",
        "Let's say {want}.",
        "Maybe {want}.",
        "I think {want}.",
        "Hmm, {want}.",
        "{Want} sounds good.",
        "I'd go for {want}.",
        "{Want}, I guess.",
        "Preferably {want}.",
        "I'd like {want}.",
        "Yes, {want}.",
    ),
    test=("{Want} would hit the spot.", "Today it's {want}.", "Well, {want} if you have it."),
)

ANSWERS_WITH_FAVOURITES: Final = Phrasings(
    train=(
        "I loved {a}.",
        "{a} was great.",
        "Something like {a}.",
        "A favourite of mine is {a}.",
        "I liked {a} and {b}.",
        "{a}, for example.",
        "The last one I enjoyed was {a}.",
        "Maybe something close to {a}.",
    ),
    test=("{a} and {b} come to mind.", "I was very fond of {a}.", "Take {a} as a guide."),
)

ANSWERS_WITHOUT: Final = Phrasings(
    train=(
        "Anything is fine, surprise me.",
        "No preference, really.",
        "You choose.",
        "I don't mind, just pick one.",
        "Whatever you think is good.",
        "No idea, you decide.",
    ),
    test=("Up to you.", "Dealer's choice.", "I'm easy."),
)

SEEN: Final = Phrasings(
    train=(
        "I've already seen that one.",
        "Seen it.",
        "Saw that already, something else?",
        "I know that one, another please.",
        "Already watched it. What else?",
        "I have seen this before.",
    ),
    test=("That one I know by heart.", "Been there, watched that. Next?", "I saw it last year."),
)

REFUSED: Final = Phrasings(
    train=(
        "Not {one}, please.",
        "No {many} today, please.",
        "I don't want {one}.",
        "Anything but {one}.",
        "I'm not into {many}.",
        "I don't like {many}.",
        "No {many}, please.",
        "Nice, but I'm not in the mood for {one}.",
        "I'm tired of {many}.",
        "I hate {many}.",
    ),
    test=("Spare me, no {many}.", "{many} are not for me.", "I can't stand {many}."),
)

WISHED: Final = Phrasings(
    train=(
        "I'd rather see {want}.",
        "Hmm, more like {want}.",
        "Could it be {want} instead?",
        "Not quite. I want {want}.",
        "Make it {want}.",
        "I was thinking of {want}.",
    ),
    test=("Close, but I'm after {want}.", "Switch to {want}.", "My friends prefer {want}."),
)

OLDER: Final = Phrasings(
    train=("Something older, please.", "Too new for me, anything older?", "I'd prefer an older one.", "Older, please."),
    test=("Go further back in time.", "Have you got one that is less recent?"),
)

NEWER: Final = Phrasings(
    train=("Something newer, please.", "Too old for me, anything newer?", "I'd prefer a newer one.", "Newer, please."),
    test=("That is ancient, something fresher?", "Have you got one that is more recent?"),
)

OTHER: Final = Phrasings(
    train=(
        "Not that one.",
        "Hmm, what else?",
        "Another one, please.",
        "Nah, something else.",
        "Not for me. What else do you have?",
        "I don't fancy that one.",
    ),
    test=("Next one.", "That does not grab me.", "Pass, what else?"),
)

THANKS: Final = Phrasings(
    train=(
        "Thanks, bye!",
        "Bye!",
        "Goodbye.",
        "Thank you!",
        "Thank you so much.",
        "That sounds good, thank you. Bye!",
        "Great, I will try that one. Thanks!",
        "Perfect. Have a nice day!",
        "I will go for it. Goodbye!",
        "Okay, thanks for your help. Bye.",
        "That is all, thanks.",
        "What a good {noun}! Thanks, and good night.",
        "Yes, that one. Thank you very much!",
        "Good, I will take it.",
    ),
    test=(
        "Sounds great, thanks a lot. Goodbye!",
        "Thank you for the help.",
        "I will have that {noun}. See you!",
        "Bye, thanks!",
    ),
)
"""A recommendation is taken, and the user leaves."""
