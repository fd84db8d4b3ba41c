"""Pictures of mails as a browser shows them, in three widths and in the dark: mail_shots.py OUT MAIL.eml …

Needs a Chromium on the path (`--chromium NAME`); the pictures in docs/img were made with it.
"""

import argparse
import base64
import email
import subprocess
import tempfile
from email import policy
from pathlib import Path


def page(path: Path) -> str:
    """Give a mail's HTML with its pictures inside."""
    mail = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    html = mail.get_body(("html",)).get_content()
    for part in mail.walk():
        if part.get_content_maintype() == "image":
            data = base64.b64encode(part.get_content()).decode()
            html = html.replace(f"cid:{part['Content-ID'].strip('<>')}", f"data:image/png;base64,{data}")
    return html


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("mails", type=Path, nargs="+")
    parser.add_argument("--chromium", default="chromium")
    parser.add_argument("--widths", default="360,640,1024")
    parser.add_argument("--height", type=int, default=1400)
    parser.add_argument("--dark", action="store_true")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for path in args.mails:
            source = Path(folder) / f"{path.stem}.html"
            source.write_text(page(path), encoding="utf-8")
            for width in args.widths.split(","):
                # headless windows are never narrower than 500: the page is framed instead
                frame = Path(folder) / f"{path.stem}-{width}.html"
                frame.write_text(
                    f'<body style="margin:0"><iframe src="{source.name}" width="{width}" height="{args.height}" '
                    'style="border:0"></iframe></body>'
                )
                shot = args.out / f"{path.stem}-{width}{'-dark' if args.dark else ''}.png"
                command = [
                    args.chromium, "--headless=new", "--no-sandbox", "--hide-scrollbars", "--disable-gpu",
                    f"--window-size={width},{args.height}", f"--screenshot={shot}", "--allow-file-access-from-files",
                    *(["--blink-settings=preferredColorScheme=0"] if args.dark else []), frame.as_uri(),
                ]  # fmt: skip
                subprocess.run(command, check=True, capture_output=True, timeout=120)
                print(shot)


if __name__ == "__main__":
    main()
