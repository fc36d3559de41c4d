"""The other end of `workers.Worker`: questions come in as lines of JSON, and answers go out."""

import json
import sys


def serve(make) -> None:
    """Answer until the pipe is closed.

    Args:
        make: Takes the options and gives an object with `about()`, which is said first, and one
            method for each kind of question.
    """
    options = json.loads(sys.argv[1])
    answers, sys.stdout = sys.stdout, sys.stderr  # what libraries print is no answer
    worker = make(options)
    print(json.dumps(worker.about()), file=answers, flush=True)
    for line in sys.stdin:
        details = json.loads(line)
        answer = getattr(worker, details.pop("what"))(**details)
        print(json.dumps(answer), file=answers, flush=True)
