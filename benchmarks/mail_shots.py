"""Pictures of mails as a browser shows them, in three widths and in the dark: mail_shots.py OUT MAIL.eml …

With `--sheet` all of them stand side by side in one picture; a name that is no file is a mail of tests/test_mail.py.
Needs a Chromium on the path (`--chromium NAME`). Those in docs/img, with PYTHONPATH=. at the root of the project:

    --sheet mails-600 --widths 600 new-en update-en unlike-en follows-fr correction-fr daily-de burst-id
    --sheet mails-360-dark --dark --widths 360 new-en update-en unlike-en correction-fr daily-en grew-id
    --sheet mails-scripts --widths 360 new-ar new-ja update-zh new-he new-hi
"""

import argparse
import base64
import email
import subprocess
import tempfile
from email import policy
from pathlib import Path

from PIL import Image


def content(name: Path) -> bytes:
    """Give a mail: a file, or one of the tests' by name."""
    if name.is_file():
        return name.read_bytes()
    from pipeline import mail
    from tests.test_mail import CASES

    composer = mail.Composer("Desk <desk@desk.example>", "https://desk.example", {"deals": {"en": "Deals"}})
    return bytes(CASES[str(name)](composer).content)


def page(path: Path) -> str:
    """Give a mail's HTML with its pictures inside."""
    mail = email.message_from_bytes(content(path), policy=policy.default)
    body = mail.get_body(("html",))
    assert body is not None, f"{path} has no HTML"
    html = str(body.get_content())
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
    parser.add_argument("--sheet", help="name of one picture of all mails, side by side")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for path in args.mails:
            Path(folder, f"{path.stem}.html").write_text(page(path), encoding="utf-8")
        stems = [path.stem for path in args.mails]
        for width in map(int, args.widths.split(",")):
            shots = {args.sheet: stems} if args.sheet else {f"{s}-{width}{'-dark' * args.dark}": [s] for s in stems}
            for name, held in shots.items():
                shoot(args, Path(folder), width, held, args.out / f"{name}.png")


def shoot(args: argparse.Namespace, folder: Path, width: int, stems: list[str], shot: Path) -> None:
    """Take one picture of some mails side by side; they are framed, as no headless window is narrower than 500."""
    frame = folder / "frame.html"
    frames = "".join(
        f'<iframe src="{s}.html" width="{width}" height="{args.height}" style="border:0"></iframe>' for s in stems
    )
    frame.write_text(f'<body style="margin:0;display:flex;gap:12px;background:#808894">{frames}</body>')
    whole = width * len(stems) + 12 * (len(stems) - 1)
    command = [
        args.chromium, "--headless=new", "--no-sandbox", "--hide-scrollbars", "--disable-gpu",
        f"--window-size={max(whole, 500)},{args.height}", f"--screenshot={shot}", "--allow-file-access-from-files",
        *(["--blink-settings=preferredColorScheme=0"] if args.dark else []), frame.as_uri(),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    picture = Image.open(shot).crop((0, 0, whole, args.height))
    picture.convert("RGB").quantize(64).save(shot, optimize=True)  # a third of the bytes; nobody sees the difference
    print(shot)


if __name__ == "__main__":
    main()
