# A virtual environment with pip, without a network: a wheel made here is installed, imported, run and removed.
# needs: ensurepip
# long: making an environment takes many seconds
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

METADATA = {
    "case_package/__init__.py": "def main():\n    print('from the package', sum(range(100)))\n",
    "case_package-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: case-package\nVersion: 1.0\n",
    "case_package-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "case_package-1.0.dist-info/entry_points.txt": "[console_scripts]\ncase-command = case_package:main\n",
}


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    print(command[1:3], done.returncode, [line for line in done.stdout.splitlines() if "case" in line or "from" in line], done.stderr)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    wheel = "case_package-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in METADATA.items():
            archive.writestr(name, text)
        archive.writestr("case_package-1.0.dist-info/RECORD", "".join(f"{name},,\n" for name in METADATA))
    run(sys.executable, "-m", "venv", "environment")
    python = "environment/bin/python"
    run(python, "-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check", wheel)
    run(python, "-c", "import case_package; case_package.main()")
    run("environment/bin/case-command")
    run(python, "-m", "pip", "list", "--disable-pip-version-check")
    run(python, "-m", "pip", "uninstall", "--quiet", "--yes", "case-package")
    print(pathlib.Path("environment/bin/case-command").exists())
