#!/usr/bin/python3
# read_python.py - reads mails with Python's email and with GMime, and prints what each finds, a JSON object a line:
# read_python.py email|gmime FILE...
import json
import sys
from email import policy
from email.header import decode_header, make_header
from email.parser import BytesParser
from email.utils import parseaddr


# The newer parser of Python 3.11 puts a blank between two encoded words of a name (its issue 92081).
def name_of(m, key):
    raw = dict(m.raw_items())[key]
    return str(make_header(decode_header(parseaddr(raw)[0])))


def one_email(path):
    with open(path, "rb") as f:
        m = BytesParser(policy=policy.default).parse(f)
    html = m.get_body(("html",))
    return {
        "from_name": name_of(m, "From"), "to_name": name_of(m, "To"),
        "from": m["From"].addresses[0].addr_spec, "to": m["To"].addresses[0].addr_spec,
        "reply_to": m["Reply-To"].addresses[0].addr_spec,
        "subject": str(m["Subject"]), "text": m.get_body(("plain",)).get_content(),
        "html": html.get_content() if html else "",
        "message_id": str(m["Message-ID"]), "references": str(m["References"] or ""),
        "date": int(m["Date"].datetime.timestamp()),
        "defects": [str(d) for part in m.walk() for d in part.defects] +
                   [str(d) for name, value in m.items() for d in getattr(value, "defects", ())],
    }


def parts(part, found):
    if hasattr(part, "get_count"):
        for i in range(part.get_count()):
            parts(part.get_part(i), found)
    elif part.get_content_type().is_type("text", "*"):
        found[part.get_content_type().get_media_subtype()] = part.get_text()
    return found


def one_gmime(path):
    from gi.repository import GMime
    stream = GMime.StreamFs.open(path, 0, 0)
    m = GMime.Parser.new_with_stream(stream).construct_message(None)
    found = parts(m.get_mime_part(), {})
    to = m.get_addresses(GMime.AddressType.TO).get_address(0)
    sender = m.get_addresses(GMime.AddressType.FROM).get_address(0)
    references = GMime.References.parse(None, m.get_header("References") or "")
    return {
        "from_name": sender.get_name() or "", "to_name": to.get_name() or "",
        "from": sender.get_addr(), "to": to.get_addr(),
        "reply_to": m.get_addresses(GMime.AddressType.REPLY_TO).get_address(0).get_addr(),
        "subject": m.get_subject(), "text": found["plain"], "html": found.get("html", ""),
        "message_id": f"<{m.get_message_id()}>",
        "references": f"<{references.get_message_id(0)}>" if references.length() else "",
        "date": m.get_date().to_unix(), "defects": [],
    }


if sys.argv[1] == "gmime":
    import gi
    gi.require_version("GMime", "3.0")
    from gi.repository import GMime
    GMime.init()
for name in sys.argv[2:]:
    print(json.dumps(one_email(name) if sys.argv[1] == "email" else one_gmime(name)))
