"""Which document is where, as Chromium's events tell it."""

from browser_node.capture.dom_documents import Documents


def test_a_frame_is_within_the_nearest_document_that_records_it() -> None:
    documents = Documents("top")
    documents.met("s1", 1, "top")
    documents.met("s2", 7, "far")
    # top > near (recorded by top) > far
    documents.placed_tree({"frame": {"id": "top"}, "childFrames": [{"frame": {"id": "near", "parentId": "top"}}]})
    far = documents.find("s2", 7)
    assert far is not None
    assert documents.around(far) is None
    documents.placed("far", "near")
    around = documents.around(far)
    assert around is not None
    assert (around.frame, documents.is_top(around), documents.is_top(far)) == ("top", True, False)


def test_a_frame_that_is_gone_is_forgotten() -> None:
    documents = Documents("top")
    documents.met("s1", 1, "top")
    documents.met("s2", 7, "far")
    documents.placed("far", "top")
    documents.removed("far")
    documents.removed("never")
    far = documents.find("s2", 7)
    assert far is not None
    assert documents.around(far) is None


def test_a_circle_of_frames_ends() -> None:
    documents = Documents("top")
    documents.met("s", 1, "a")
    documents.placed("a", "b")
    documents.placed("b", "a")
    document = documents.find("s", 1)
    assert document is not None
    assert documents.around(document) is document or documents.around(document) is None


def test_documents_leave_one_by_one_or_with_their_session() -> None:
    documents = Documents("top")
    for session, context in (("s1", 1), ("s1", 2), ("s2", 1)):
        documents.met(session, context, f"{session}{context}")
    gone = documents.find("s1", 1)
    assert gone is not None
    documents.left("s1", 1)
    assert not documents.holds(gone)
    documents.cleared("s1")
    assert [each.frame for each in documents.all()] == ["s21"]


def test_a_context_that_goes_over_to_the_next_document_is_noticed() -> None:
    documents = Documents("top")
    documents.met("s", 1, "top")
    assert documents.surviving("s", "top") == []  # its own arrival
    documents.leaving("s", "top")
    assert [each.context for each in documents.surviving("s", "top")] == [1]
    documents.leaving("s", "top")
    documents.cleared("s")
    documents.met("s", 2, "top")
    assert documents.surviving("s", "top") == []  # as a navigation usually is
