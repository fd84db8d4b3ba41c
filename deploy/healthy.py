"""Ask an address whether it is well: exit 0 when it answers, and when the components that are asked for are healthy.

healthy.py URL [COMPONENT …]: of the components that the answer names, those given, else all.
"""

import json
import sys
import urllib.error
import urllib.request

url, *asked = sys.argv[1:]
try:
    with urllib.request.urlopen(url, timeout=8) as answer:
        body = answer.read()
except urllib.error.HTTPError as e:
    sys.exit(e.code >= 500)  # it answers; that it wants another host name or a login is no illness
except OSError as e:
    sys.exit(f"no answer: {e}")
if body.startswith(b"{"):
    parts = {name: part for name, part in json.loads(body).items() if not asked or name in asked}
    sick = [name for name, part in parts.items() if part and part.get("status") not in {"healthy", None}]
    sys.exit(f"not healthy: {', '.join(sick)}" if sick else 0)
