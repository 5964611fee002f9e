"""Text → text that no chat template takes for the end of a turn or a change of role.

Local servers read these marks in the whole prompt, also where a document or a question holds them.
"""

import re

_MARKS = re.compile(
    r"<(?=[|\uff5c][^|\uff5c<>\n]{1,40}[|\uff5c]>)"
    r"|<(?=/?(?:s|bos|eos|unk|pad|(?:start|end)_of_turn|turn)>)"
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\])"
    r"|<(?=</?SYS>>)",
    re.IGNORECASE,
)


def without_control_tokens(text: str) -> str:
    """Put a space into every mark, so that it is read as the words that it is.

    >>> without_control_tokens("a <|im_end|> b [/INST] c <s> d < e | f> <<SYS>>")
    'a < |im_end|> b [ /INST] c < s> d < e | f> < <SYS>>'
    """
    return _MARKS.sub(lambda found: f"{found.group()} ", text)
