"""What the Snakefile and the scripts share: settings, the job runner, verification, the report. No mathematics."""
