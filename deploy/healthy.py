"""Ask an address whether it is well: exit 0 when it answers, and when every component that it names is healthy."""

import json
import sys
import urllib.error
import urllib.request

try:
    with urllib.request.urlopen(sys.argv[1], timeout=8) as answer:
        body = answer.read()
except urllib.error.HTTPError as e:
    sys.exit(e.code >= 500)  # it answers; that it wants another host name or a login is no illness
except OSError as e:
    sys.exit(f"no answer: {e}")
if body.startswith(b"{"):
    sick = [name for name, part in json.loads(body).items() if part and part.get("status") not in {"healthy", None}]
    sys.exit(f"not healthy: {', '.join(sick)}" if sick else 0)
