"""Write the login of `admin` where Airflow looks for it: login.py FILE, with the password in AIRFLOW_ADMIN_PASSWORD.

A file that is mounted from a Secret will not do: Airflow opens it for writing.
"""

import json
import os
import sys
from pathlib import Path

os.umask(0o077)
Path(sys.argv[1]).write_text(json.dumps({"admin": os.environ["AIRFLOW_ADMIN_PASSWORD"]}), encoding="utf-8")
