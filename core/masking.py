"""What of a personal value may stand on a screen: one scheme everywhere, so that two masks cannot be joined."""

ID_STARS = 14


def mask_id(value: str | None) -> str:
    """First four characters and fourteen stars, whatever the length (ID number or disabled person's certificate)."""
    text = _bare(value)
    if not text:
        return ""
    return (text[:4] if len(text) >= 15 else "") + "*" * ID_STARS


def mask_phone(value: str | None) -> str:
    """138****8000; of a shorter number (a landline without its area code) the last four, of an odd one nothing."""
    text = _bare(value).removeprefix("+86")
    if not text:
        return ""
    if len(text) >= 11:
        return f"{text[:3]}****{text[-4:]}"
    return f"****{text[-4:]}" if len(text) >= 7 else "****"


def mask_name(value: str | None) -> str:
    """李*方, 李*, 欧**方; a single character is hidden."""
    text = (value or "").strip()
    if len(text) < 2:
        return "*" * len(text)
    if len(text) == 2:
        return f"{text[0]}*"
    return f"{text[0]}{'*' * (len(text) - 2)}{text[-1]}"


def mask_card(value: str | None) -> str:
    """Bank card: four stars and the last four digits."""
    text = _bare(value)
    return f"****{text[-4:]}" if len(text) >= 12 else "****" if text else ""


def _bare(value: str | None) -> str:
    return "".join(c for c in value or "" if not c.isspace() and c != "-")
