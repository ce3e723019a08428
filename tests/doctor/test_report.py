from browsergrid.doctor.finding import Finding
from browsergrid.doctor.report import lines


def test_each_finding_is_a_line_and_each_remedy_another():
    told = lines(
        [
            Finding("Python", "3.11.2"),
            Finding("bubblewrap", "not found", "apt-get install bubblewrap"),
            Finding("Port", "127.0.0.1:8000 taken", "Choose another.", is_fatal=False),
        ]
    )
    assert told[0] == "ok  Python           3.11.2"
    assert told[1].startswith("NO  bubblewrap")
    assert told[2].strip() == "→ apt-get install bubblewrap"
    assert told[3].startswith("!   Port")
