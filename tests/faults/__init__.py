"""What happens to visitors' messages when a part of the assistant dies, hangs, slows down or fills up in mid-load.

`make faults` runs every fault for a while and writes docs/reliability.md; test_scaled.py and test_single.py run the
same faults for a few seconds each.

    visitors.py    conversations that number their messages and send them again as the page does
    verdict.py     what was sent against what is stored: nothing lost, doubled, out of order or forgotten
    kept.py        a process that is started again when it ends, as systemd or a container engine does
    forwarder.py   connections passed on to one of several servers, slowly or not at all when told so
    clock.py       a clock that can be set while processes run (Debian's faketime)
    scaled.py      PostgreSQL, Redis, two Rasa, two action and two web processes, and their faults
    single.py      `python -m bot serve` with SQLite, and its faults
    running.py     one fault under load, from before it until everything is well again
    report.py      the table
"""
