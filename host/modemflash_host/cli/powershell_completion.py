"""Completion in PowerShell, which click does not know.

Rules: the script asks the program, as those of the other shells do; what is typed comes in two variables
(the words before the cursor, one a line, and what is begun); an answer is `kind TAB value TAB help` in
ASCII, because Windows PowerShell reads programs in the code page of the console. Files are left to the
shell: it offers them where nothing comes.
"""

from __future__ import annotations

import os

from click.shell_completion import CompletionItem, ShellComplete, add_completion_class

WORDS, BEGUN = "_MODEMFLASH_WORDS", "_MODEMFLASH_BEGUN"
_SCRIPT = (
    """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($begun, $line, $cursor)
    $before = @($line.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor })
    $env:"""
    + WORDS
    + """ = ($before | ForEach-Object { $_.Extent.Text.Trim("'", '"') }) -join "`n"
    $env:"""
    + BEGUN
    + """ = "$begun".Trim("'", '"')
    $env:%(complete_var)s = 'powershell_complete'
    try {
        & %(prog_name)s | ForEach-Object {
            $kind, $value, $help = $_ -split "`t", 3
            if ($kind -eq 'plain') {
                if (-not $help) { $help = $value }
                [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
            }
        }
    } finally {
        Remove-Item -ErrorAction SilentlyContinue Env:%(complete_var)s, Env:"""
    + WORDS
    + ", Env:"
    + BEGUN
    + """
    }
}
"""
)


class PowerShellComplete(ShellComplete):
    """See above."""

    name = "powershell"
    source_template = _SCRIPT

    def get_completion_args(self) -> tuple[list[str], str]:
        """(what stands between the program and the cursor, what is begun)."""
        return os.environ.get(WORDS, "").split("\n")[1:], os.environ.get(BEGUN, "")

    def format_completion(self, item: CompletionItem) -> str:
        """One line of the answer."""
        words = " ".join((item.help or "").split()).encode("ascii", "replace").decode()
        return f"{item.type}\t{item.value}\t{words}"


def register() -> None:
    """Make it known to click."""
    add_completion_class(PowerShellComplete)
