"""`sosik backup` and `sosik restore` on the command line."""

import pytest

from bot.cli import main

pytestmark = pytest.mark.usefixtures("logs_as_they_were")  # a one-shot command silences its process


@pytest.fixture
def home(tmp_path, monkeypatch, empty_sqlite):
    monkeypatch.chdir(tmp_path)
    for name, value in {"SOSIK_HOME": str(tmp_path), "DATABASE_URL": "", "SOSIK_LANGUAGE": "ko"}.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "sosik.db").write_bytes(empty_sqlite.read_bytes())
    return tmp_path


def test_a_copy_is_made_and_put_back_and_the_old_file_stays_beside_it(home, capsys):
    assert main(["backup", "copy.db"]) == 0
    assert main(["restore", "copy.db"]) == 0

    assert (home / "sosik.db.before-restore").exists()
    assert "되살렸어요" in capsys.readouterr().out


def test_a_database_that_was_put_back_by_other_means_is_marked(home, capsys):
    assert main(["restore"]) == 0


def test_a_file_that_is_no_database_is_refused_with_a_sentence(home, capsys):
    (home / "letter.txt").write_text("안녕")

    assert main(["restore", "letter.txt"]) == 1
    assert "letter.txt" in capsys.readouterr().err
    assert not (home / "sosik.db.before-restore").exists()


def test_a_file_cannot_be_put_back_into_postgresql(home, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", "postgresql://sosik@127.0.0.1:1/none")

    assert main(["restore", "copy.db"]) == 1
    assert "pg_restore" in capsys.readouterr().err
