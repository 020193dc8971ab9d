"""Les corps que citent jugements et actions sont au dossier, comme ceux des échanges ; sinon, c'est situé."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from reports.sceau import Domaine
from reports.sceau.scellement import ScellementRefuse
from reports.verdict import Verdict
from simulators.socle.citations import citations
from simulators.socle.journal import JournalEchanges
from tests.reports.sceau.fabrique import AUTRE_CLE, PetiteCampagne, changer_journal, falsifier

TEXTE, OCTETS, LU, PROFOND = b"un long texte", b"des octets", b"<lu/>", b"cite par un argument range"


class _AvecJugement(PetiteCampagne):
    """Chaque scénario est jugé, et une de ses actions portait un long document."""

    def _jouer(self, journal: JournalEchanges, numero: str, verdict: Verdict) -> None:
        super()._jouer(journal, numero, verdict)

        def cite(octets: bytes, etiquette: str = "octets") -> dict[str, object]:
            return {"@": etiquette, "corps": journal.ranger(octets).sha256, "taille": len(octets)}

        argument = json.dumps({"@": "tuple", "elements": [cite(PROFOND), {"@": "octets", "corps": "", "taille": 0}]})
        positionnels = [{"@": "tuple", "elements": [cite(OCTETS)]}, cite(argument.encode(), "argument")]
        nommes = [["lu", {"@": "lu", "par": "xml", "octets": cite(LU)}]]
        arguments = {"positionnels": positionnels, "nommes": nommes}
        journal.ajouter("jugement", {"verification": "m:f", "arguments": arguments, "constats": 1})
        document = {"corps": journal.ranger(TEXTE).sha256, "taille": len(TEXTE)}
        courriel = {"corps": "Bonjour", "objet": "essai"}
        journal.ajouter("action", {"action": "editer_document", "donnees": {"pdf_base64": document, "c": courriel}})


def _sha(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()


@pytest.fixture(scope="module")
def petite(tmp_path_factory: pytest.TempPathFactory) -> _AvecJugement:
    """Un seul scénario, jugé."""
    return _AvecJugement(tmp_path_factory.mktemp("corps") / "campagne", nombre=1)


def test_tout_y_est(petite: _AvecJugement, tmp_path: Path) -> None:
    """Présents, ces corps ne sont ni une anomalie ni des corps que rien ne cite."""
    rendu = petite.verifier(petite.sceller(tmp_path / "d.zip").chemin)
    assert (rendu.anomalies, [a for a in rendu.avertissements if "ne cite pas" in a]) == ([], [])


@pytest.mark.parametrize("octets", [TEXTE, OCTETS, LU], ids=["action", "octets", "lu"])
def test_un_corps_absent_n_est_pas_scelle(tmp_path: Path, octets: bytes) -> None:
    """Une campagne à qui manque un corps cité est refusée, l'enregistrement nommé."""
    petite = _AvecJugement(tmp_path / "campagne", nombre=1)
    manque = _sha(octets)
    with JournalEchanges.ouvrir(petite.dossier) as journal:
        *_, citant = journal.enregistrements(type="action" if octets is TEXTE else "jugement")
    (petite.dossier / "corps" / manque[:2] / manque).unlink()
    with pytest.raises(ScellementRefuse, match=rf"enregistrement {citant.numero} : corps {manque} absent"):
        petite.sceller(tmp_path / "d.zip")


def test_un_corps_cite_absent(tmp_path: Path) -> None:
    """Ce que cite un argument rangé se vérifie aussi : le corps retiré est nommé avec l'enregistrement qui le cite."""
    petite = _AvecJugement(tmp_path / "campagne", nombre=1)
    manque = _sha(PROFOND)
    with JournalEchanges.ouvrir(petite.dossier) as journal:
        *_, citant = journal.enregistrements(type="jugement")
    (petite.dossier / "corps" / manque[:2] / manque).unlink()
    rendu = petite.verifier(petite.sceller(tmp_path / "d.zip").chemin)
    [anomalie] = rendu.anomalies
    assert (anomalie.domaine, anomalie.enregistrement) == (Domaine.CORPS, citant.numero)
    assert manque in anomalie.message
    assert "absent" in anomalie.message


def test_une_taille_fausse(petite: _AvecJugement, tmp_path: Path) -> None:
    """Une taille qui n'est pas celle du corps est dite, même rechaînée et re-signée."""

    def grossir(lignes: list[dict[str, object]]) -> None:
        for ligne in lignes:
            if ligne["type"] == "jugement":
                ligne["donnees"]["arguments"]["nommes"][0][1]["octets"]["taille"] = 99  # type: ignore[index]

    sain = petite.sceller(tmp_path / "d.zip").chemin
    faux = falsifier(sain, tmp_path / "f.zip", changer_journal(grossir, rechainer=True), resigner=AUTRE_CLE)
    messages = [a.message for a in petite.verifier(faux).anomalies if a.domaine is Domaine.CORPS]
    assert len(messages) == 1
    assert f"corps {_sha(LU)}, 99 octets annoncés, {len(LU)} trouvés" in messages[0]


def test_un_courriel_n_est_pas_une_reference() -> None:
    """Le « corps » d'un courriel, dans une action, est son texte."""
    assert list(citations("action", {"donnees": {"corps": "Bonjour", "taille": 7}})) == []
    assert list(citations("verdict", {"corps": "a" * 64, "taille": 7})) == []
