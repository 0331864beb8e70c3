"""What platforms hand over comes to its owner, and nothing in it does any harm."""

import io
import shutil
import stat
import sys
import zipfile
from pathlib import Path

import pytest

from convkit.course.platforms import archive
from convkit.course.platforms.roster import take_roster
from tests.grading.course import Course, mini_source

ROSTER = """\
id,first_name,last_name,lms_id,group
ann,Ann,Lee,501,
jose,José,de la Peña,502,
bob,Bob,Ray,503,red
cyd,Cyd,Ode,504,red
lee1,Kim,Lee,,
lee2,Kim,Lee,,
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A course with a roster, to be copied."""
    folder = Course.create(tmp_path_factory.mktemp("made"), {"mini": mini_source()}).folder
    (folder / "people.csv").write_text(ROSTER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
        take_roster(folder, folder / "people.csv", dry_run=False)
    return folder


@pytest.fixture
def classroom(made, tmp_path, monkeypatch):
    folder = tmp_path / "course"
    shutil.copytree(made, folder)
    monkeypatch.chdir(folder)
    return folder


def zipped(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archived:
        for name, data in files.items():
            archived.writestr(name, data)
    return packed.getvalue()


def hand_over(folder, **files):
    (folder / "subs.zip").write_bytes(zipped(**files))


def taken(folder, student):
    place = folder / "submitted" / student / "mini"
    return {str(path.relative_to(place)): path.read_text() for path in place.rglob("*.*")}


def test_a_download_of_canvas(classroom, said):
    hand_over(
        classroom,
        **{
            "leeann_501_9001_mini-1.ipynb": "anns",
            "leeann_501_9002_notes.txt": "more",
            "delapenajose_LATE_502_9003_my mini_2.ipynb": "joses",
        },
    )
    before = said("collect", "mini", "subs.zip", "--dry-run")
    assert "ann: mini.ipynb, notes.txt, taken.\n" in before[1]
    assert not (classroom / "submitted").exists()
    status, told, _ = said("collect", "mini", "subs.zip")
    assert status == 0
    assert taken(classroom, "ann") == {"mini.ipynb": "anns", "notes.txt": "more"}
    assert taken(classroom, "jose") == {"my mini_2.ipynb": "joses"}
    assert "jose: my mini_2.ipynb, taken. LATE, says Canvas" in told


@pytest.mark.parametrize("between", ["/", "_", "_/"])
def test_a_download_of_moodle(classroom, said, between):
    hand_over(
        classroom,
        **{
            f"Ann Lee_77_assignsubmission_file{between}mini.ipynb": "anns",
            f"red-Bob Ray_78_assignsubmission_file{between}mini.ipynb": "bobs",
            "Ann Lee_77_assignsubmission_onlinetext_onlinetext.html": "hello",
        },
    )
    assert said("collect", "mini", "subs.zip")[0] == 0
    assert taken(classroom, "ann") == {"mini.ipynb": "anns"}
    assert taken(classroom, "bob") == {"mini.ipynb": "bobs"}


def test_a_folder_handed_in_as_a_zip_is_unpacked(classroom, said):
    inner = zipped(**{"mini/mini.ipynb": "anns", "mini/mine/a.py": "a", "__MACOSX/x": "junk"})
    hand_over(classroom, **{"leeann_501_1_mini.zip": inner})
    assert said("collect", "mini", "subs.zip")[0] == 0
    assert taken(classroom, "ann") == {"mini/mini.ipynb": "anns", "mini/mine/a.py": "a"}


def test_a_group_hands_in_one_notebook(classroom, said):
    hand_over(classroom, **{"raybob_503_1_mini.ipynb": "theirs"})
    said("collect", "mini", "subs.zip")
    assert taken(classroom, "cyd") == taken(classroom, "bob") == {"mini.ipynb": "theirs"}


def test_a_group_that_hands_in_two_keeps_both(classroom, said):
    hand_over(classroom, **{"raybob_503_1_mini.ipynb": "bobs", "odecyd_504_2_mini.ipynb": "cyds"})
    assert "Group red has handed in 2 versions" in said("collect", "mini", "subs.zip")[1]
    assert taken(classroom, "cyd") == {"mini.ipynb": "cyds"}


def test_nothing_is_overwritten_unasked_and_nothing_lost(classroom, said):
    hand_over(classroom, **{"leeann_501_1_mini.ipynb": "first"})
    said("collect", "mini", "subs.zip")
    assert "there already" in said("collect", "mini", "subs.zip")[1]
    hand_over(classroom, **{"leeann_501_1_mini.ipynb": "second"})
    status, told, _ = said("collect", "mini", "subs.zip")
    assert status == 1
    assert "not taken: something else lies there" in told
    assert taken(classroom, "ann") == {"mini.ipynb": "first"}
    assert said("collect", "mini", "subs.zip", "--replace")[0] == 0
    assert taken(classroom, "ann") == {"mini.ipynb": "second"}
    (aside,) = (classroom / ".convkit/replaced").glob("*/ann/mini/mini.ipynb")
    assert aside.read_text() == "first"


def test_a_name_that_is_nearly_right_is_asked_about(classroom, said):
    hand_over(classroom, **{"leeannn_999_1_mini.ipynb": "anns"})
    status, told, _ = said("collect", "mini", "subs.zip")
    assert status == 1
    assert "Is it ann? Then add --who '999=ann'." in told
    assert not (classroom / "submitted").exists()
    assert said("collect", "mini", "subs.zip", "--who", "leeannn=ann")[0] == 0
    assert taken(classroom, "ann") == {"mini.ipynb": "anns"}


def test_a_name_that_two_people_bear_is_nobodys(classroom, said):
    hand_over(classroom, **{"Kim Lee_9_assignsubmission_file/mini.ipynb": "kims"})
    assert said("collect", "mini", "subs.zip")[0] == 1
    assert not (classroom / "submitted").exists()


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["../../leeann_501_1_mini.ipynb"], "would be written elsewhere"),
        (["/etc/leeann_501_1_mini.ipynb"], "would be written elsewhere"),
        (["Ann Lee_7_assignsubmission_file/..\\..\\x.ipynb"], "would be written elsewhere"),
        (["C:\\leeann_501_1_mini.ipynb"], "would be written elsewhere"),
        (["a/" * 20 + "leeann_501_1_mini.ipynb"], "is no download of submissions"),
        (["anon_aB3cD_9001_mini.ipynb"], "names nobody, because Canvas grades this anonymously"),
        (["LATE_anon_aB3cD_9001_mini.ipynb"], "names nobody, because Canvas"),
        (["mini.ipynb"], "is no download of submissions from Canvas or Moodle: it holds mini"),
        ([], "it is empty"),
    ],
)
def test_a_zip_that_is_not_what_it_should_be(classroom, said, names, words):
    hand_over(classroom, **dict.fromkeys(names, "x"))
    status, _, complaint = said("collect", "mini", "subs.zip")
    assert (status, complaint.count("\n")) == (1, 1)
    assert words in complaint
    assert not (classroom / "submitted").exists()


def test_a_link_is_refused(classroom, said):
    with zipfile.ZipFile(classroom / "subs.zip", "w") as archived:
        link = zipfile.ZipInfo("leeann_501_1_mini.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archived.writestr(link, "/etc/passwd")
    assert "a link in it, which is not followed" in said("collect", "mini", "subs.zip")[2]


@pytest.mark.parametrize("name", ["mini.ipynb", "mini.zip"])
def test_a_bomb_costs_its_owner_alone(classroom, said, monkeypatch, name):
    monkeypatch.setattr(archive, "NOTEBOOK_BYTES", 1 << 20)
    bomb = b"0" * (2 << 20)
    if name == "mini.zip":
        bomb = zipped(**{"a.ipynb": bomb})
    hand_over(classroom, **{f"leeann_501_1_{name}": bomb, "raybob_503_2_mini.ipynb": "bobs"})
    status, told, _ = said("collect", "mini", "subs.zip")
    assert status == 1
    assert "is too large unpacked: more than 1 MB" in told
    assert not (classroom / "submitted/ann").exists()
    assert taken(classroom, "bob") == {"mini.ipynb": "bobs"}


def test_what_is_no_zip(classroom, said):
    (classroom / "subs.zip").write_text("no")
    assert "is no ZIP archive" in said("collect", "mini", "subs.zip")[2]
    assert "No such file" in said("collect", "mini", "none.zip")[2]


def test_a_damaged_zip(classroom, said):
    hand_over(classroom, **{"leeann_501_1_mini.ipynb": "x" * 1000})
    data = bytearray((classroom / "subs.zip").read_bytes())
    data[60:64] = b"\xff\xff\xff\xff"
    (classroom / "subs.zip").write_bytes(data)
    status, told, complaint = said("collect", "mini", "subs.zip")
    assert status == 1
    assert "is damaged" in told + complaint


def test_without_a_roster_nobody_is_guessed(year, said):
    hand_over(year, **{"leeann_501_1_mini.ipynb": "x"})
    assert "`convkit roster FILE.csv`" in said("collect", "mini", "subs.zip")[2]


def test_what_browsers_unpack_is_to_be_zipped_again(classroom, said):
    (classroom / "submissions").mkdir()
    assert "is a folder: some browsers unpack" in said("collect", "mini", "submissions")[2]
    hand_over(classroom, **{"submissions/leeann_501_1_mini.ipynb": "anns"})
    assert said("collect", "mini", "subs.zip")[0] == 0
    assert taken(classroom, "ann") == {"mini.ipynb": "anns"}


def test_names_with_underscores_and_times_in_them(classroom, said):
    hand_over(
        classroom,
        **{
            "lee_ann_501_1_mini.ipynb": "anns",
            "raybob_503_2_notes of 10:30.txt": "bobs",
        },
    )
    assert said("collect", "mini", "subs.zip")[0] == 0
    assert taken(classroom, "ann") == {"mini.ipynb": "anns"}
    assert taken(classroom, "bob") == {"notes of 10:30.txt": "bobs"}


@pytest.mark.parametrize("order", [1, -1])
def test_two_files_of_one_name_are_both_kept(classroom, said, order):
    """Of which one may be what Canvas calls a file that is handed in again."""
    files = {
        "leeann_501_1_mini.ipynb": "one",
        "leeann_501_2_mini-1.ipynb": "two",
        "leeann_501_3_answers-2.json": "{}",
        "leeann_501_4_mini.zip": zipped(**{"mini.ipynb": "three"}),
    }
    hand_over(classroom, **dict(list(files.items())[::order]))
    assert said("collect", "mini", "subs.zip")[0] == 0
    found = taken(classroom, "ann")
    assert set(found) == {"mini.ipynb", "mini-1.ipynb", "mini (2).ipynb", "answers.json"}
    assert found["mini-1.ipynb"] == "two"


def test_an_archive_that_cannot_be_laid_out_costs_its_owner_alone(classroom, said):
    hand_over(
        classroom,
        **{
            "leeann_501_1_mini.zip": zipped(**{"a": "file", "a/b.ipynb": "in a folder"}),
            "raybob_503_2_" + "x" * 250 + ".ipynb": "too long a name",
            "delapenajose_502_3_mini.ipynb": "joses",
        },
    )
    status, told, _ = said("collect", "mini", "subs.zip")
    assert status == 1
    assert "a is a file and a folder at once" in told
    assert "bob: no file that could be taken. Refused: xxx" in told
    assert "2 people's work is in submitted/." in told
    assert taken(classroom, "ann") == {"a/b.ipynb": "in a folder"}
    assert taken(classroom, "jose") == {"mini.ipynb": "joses"}


@pytest.mark.parametrize(
    "name", ["leeann_501_text.html", "Ann Lee_7_assignsubmission_onlinetext/onlinetext.html"]
)
def test_a_text_is_no_file(classroom, said, name):
    hand_over(classroom, **{name: "see attachment", "raybob_503_2_mini.ipynb": "bobs"})
    status, told, _ = said("collect", "mini", "subs.zip")
    assert status == 1
    assert "ann: no file that could be taken. A text or a link was handed in.\n" in told
    assert not (classroom / "submitted/ann").exists()


def test_two_of_one_name_are_told_apart_by_number(classroom, said):
    names = {f"Kim Lee_{number}_assignsubmission_file/mini.ipynb": f"{number}" for number in (8, 9)}
    hand_over(classroom, **names)
    status, told, _ = said("collect", "mini", "subs.zip")
    assert status == 1
    assert "--who '8=" in told
    assert (
        "two are called 'Kim Lee'"
        in said("collect", "mini", "subs.zip", "--who", "Kim Lee=lee1")[2]
    )
    assert "nobody is called 'Tim'" in said("collect", "mini", "subs.zip", "--who", "Tim=lee1")[2]
    assert "has the id 'eve'" in said("collect", "mini", "subs.zip", "--who", "8=eve")[2]
    who = ("--who", "8=lee2", "--who", "9=lee1")
    assert said("collect", "mini", "subs.zip", *who)[0] == 0
    assert taken(classroom, "lee1") == {"mini.ipynb": "9"}


def test_work_beside_other_work_of_the_same_person_is_not_said_to_be_a_strangers(classroom, said):
    hand_over(
        classroom,
        **{
            "leeann_501_1_mini.ipynb": "one",
            "Ann Lee_77_assignsubmission_file/mini.ipynb": "two",
        },
    )
    status, told, _ = said("collect", "mini", "subs.zip")
    assert status == 1
    assert "Ann Lee (77) is ann, of whom there is other work in the ZIP." in told


def test_a_hyphen_in_a_name_makes_nobody_else_of_it(classroom, said):
    hand_over(classroom, **{"Marie-Ann Lee_7_assignsubmission_file/mini.ipynb": "maries"})
    assert said("collect", "mini", "subs.zip")[0] == 1
    assert not (classroom / "submitted").exists()


def test_a_group_before_the_name_may_have_hyphens(classroom, said):
    hand_over(
        classroom,
        **{
            "Lab-1-Ann Lee_7_assignsubmission_file/mini.ipynb": "anns",
            "Lab-1-Bob Ray_8_assignsubmission_file/mini.ipynb": "bobs",
        },
    )
    assert said("collect", "mini", "subs.zip")[0] == 0
    assert taken(classroom, "ann") == {"mini.ipynb": "anns"}


@pytest.mark.parametrize(
    "name", ["Red_45_assignsubmission_file/mini.ipynb", "red_503_9_mini.ipynb"]
)
def test_what_bears_a_groups_name_is_its_members(classroom, said, name):
    hand_over(classroom, **{name: "theirs"})
    status, told, _ = said("collect", "mini", "subs.zip")
    assert status == 0
    assert "cyd: mini.ipynb, taken, as handed in by " in told
    assert taken(classroom, "cyd") == taken(classroom, "bob") == {"mini.ipynb": "theirs"}


def test_a_name_that_is_not_the_persons_may_be_a_groups(classroom, said):
    hand_over(classroom, **{"blue_501_9_mini.ipynb": "theirs"})
    told = said("collect", "mini", "subs.zip")[1]
    assert "ann is called blue there. If that is a group" in told


def test_one_of_a_group_of_two_minds_has_nothing(classroom, said):
    with (classroom / "roster.csv").open("a") as file:
        file.write("eve,Eve,Fox,,505,,red\n")
    hand_over(classroom, **{"raybob_503_1_mini.ipynb": "bobs", "odecyd_504_2_mini.ipynb": "cyds"})
    status, told, _ = said("collect", "mini", "subs.zip")
    assert "2 versions; each has its own, and eve nothing." in told
    assert status == 1
