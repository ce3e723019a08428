import io

from browsergrid.supervisor.output import Output


def test_each_line_carries_the_name_of_its_part():
    stream = io.StringIO()
    output = Output(stream, colour=False)
    output.line("web", "listening")
    output.say("one\ntwo")
    assert stream.getvalue() == "web     | listening\nup      | one\nup      | two\n"


def test_names_are_coloured_only_where_asked():
    stream = io.StringIO()
    Output(stream, colour=True).line("web", "listening")
    assert stream.getvalue() == "\x1b[32mweb     |\x1b[0m listening\n"


def test_a_reader_that_went_away_is_no_reason_to_end():
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    Output(Gone(), colour=False).say("still here")
