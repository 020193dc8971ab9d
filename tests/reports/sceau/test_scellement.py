"""Sceller : mêmes octets pour la même campagne, campagne intacte, refus dits, nature dite partout."""

from __future__ import annotations

import hashlib
import json
import lzma
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from reports.declaration import Declaration, IssueDeclaree
from reports.sceau import ScellementRefuse, sceller
from reports.sceau.cles import CleDeSignature
from reports.sceau.completude import Genre, attendus, ce_qui_manque
from reports.sceau.manifeste import Nature, ouvrir_enveloppe
from reports.sceau.scellement import Choix
from reports.verdict import Verdict
from simulators.socle.journal import JournalEchanges
from tests.campagne.recherche import Chercheur
from tests.reports.sceau.fabrique import CLE, PetiteCampagne, membres_de


def _photo(dossier: Path) -> dict[str, str]:
    return {
        f.relative_to(dossier).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest()
        for f in dossier.rglob("*")
        if f.is_file() and f.name not in _MARQUES
    }


# Fichiers vides que SQLite et le verrou laissent à côté d'un journal qu'on a lu.
_MARQUES = ("journal.sqlite-shm", "journal.sqlite-wal", ".verrou")


@pytest.mark.parametrize(
    "cle", [CLE, CleDeSignature(ec.derive_private_key(7, ec.SECP256R1()))], ids=["Ed25519", "P-256"]
)
def test_memes_octets(tmp_path: Path, cle: CleDeSignature) -> None:
    """Sceller deux fois, ou sceller une copie de la campagne, donne le même fichier ; la campagne n'a pas changé."""
    petite = PetiteCampagne(tmp_path / "campagne")
    avant = _photo(petite.dossier)
    un = petite.sceller(tmp_path / "un.zip", cle).chemin.read_bytes()
    assert petite.sceller(tmp_path / "deux.zip", cle).chemin.read_bytes() == un
    assert _photo(petite.dossier) == avant
    shutil.copytree(petite.dossier, tmp_path / "ailleurs" / "copie", copy_function=shutil.copyfile)
    copie = sceller(
        tmp_path / "ailleurs" / "copie", Choix(cle, sortie=tmp_path / "trois.zip"), catalogue=petite.catalogue
    )
    assert copie.chemin.read_bytes() == un
    assert sorted(f.name for f in tmp_path.iterdir() if f.name.startswith(".")) == []


def test_un_dossier_incomplet_ne_se_scelle_pas(tmp_path: Path) -> None:
    """La liste nomme chaque scénario et chaque preuve ; rien n'est écrit."""
    petite = PetiteCampagne(
        tmp_path / "campagne", Verdict.CONFORME, Verdict.A_VERIFIER, Verdict.NON_CONCLUANT, Verdict.NON_EXECUTE
    )
    with pytest.raises(ScellementRefuse, match="campagne incomplète") as refus:
        petite.sceller(tmp_path / "d.zip")
    dits = {(manque.genre, manque.scenario, manque.preuve) for manque in refus.value.manques}
    assert dits == {
        (Genre.A_VERIFIER, "DMP/CONF.01.01", ""),
        (Genre.PREUVE, "DMP/CONF.01.01", "DMP/CONF.01.01.01"),
        (Genre.PREUVE, "DMP/CONF.01.01", "DMP/CONF.01.01.02"),
        (Genre.NON_CONCLUANT, "MSS/UX.02.01", ""),
        (Genre.NON_EXECUTE, "INS/va1.03.01", ""),
        (Genre.PREUVE, "INS/va1.03.01", "INS/va1.03.01.01"),
        (Genre.PREUVE, "INS/va1.03.01", "INS/va1.03.01.02"),
    }
    assert list(tmp_path.glob("*.zip")) == []


def test_provisoire_le_dit_partout(tmp_path: Path) -> None:
    """Nom du fichier, manifeste, LISEZMOI, en-tête et rapport disent qu'il n'est pas recevable, et pourquoi."""
    petite = PetiteCampagne(tmp_path / "campagne", Verdict.CONFORME, Verdict.A_VERIFIER)
    scelle = petite.sceller(tmp_path / "d.zip", provisoire=True)
    assert scelle.chemin.name == "PROVISOIRE-NON-RECEVABLE-d.zip"
    membres = membres_de(scelle.chemin)
    for nom in ("LISEZMOI.txt", "rapport.html"):
        assert "PROVISOIRE, NON RECEVABLE" in membres[nom].decode()
    assert "DMP/CONF.01.01" in membres["LISEZMOI.txt"].decode()
    banc = ouvrir_enveloppe(membres["manifeste.dsse.json"]).banc
    assert (banc["nature"], len(banc["manque"])) == ("provisoire", 3)
    assert json.loads(membres["campagne.json"])["scellement"]["nature"] == "provisoire"
    rendu = petite.verifier(scelle.chemin)
    assert (rendu.intact, rendu.code, len(rendu.manques)) == (True, 1, 3)


def test_demonstration(tmp_path: Path) -> None:
    """Elle ne se scelle qu'en le disant, et tout le redit ; un vrai produit ne se scelle pas comme démonstration."""
    petite = PetiteCampagne(tmp_path / "campagne", nombre=1, demonstration=True)
    with pytest.raises(ScellementRefuse, match="--demonstration"):
        petite.sceller(tmp_path / "d.zip")
    scelle = petite.sceller(tmp_path / "d.zip", demonstration=True)
    assert scelle.chemin.name == "DEMONSTRATION-NON-RECEVABLE-d.zip"
    assert scelle.nature is Nature.DEMONSTRATION
    for nom in ("LISEZMOI.txt", "rapport.html", "junit.xml", "verdicts.json", "campagne.json"):
        assert "DÉMONSTRATION, non recevable" in membres_de(scelle.chemin)[nom].decode(), nom
    rendu = petite.verifier(scelle.chemin)
    assert (rendu.code, rendu.nature) == (0, Nature.DEMONSTRATION)
    with pytest.raises(ScellementRefuse, match="n'est pas une démonstration"):
        PetiteCampagne(tmp_path / "vraie", nombre=1).sceller(tmp_path / "v.zip", demonstration=True)


def test_un_non_conforme_n_empeche_pas(tmp_path: Path) -> None:
    """Un manquement prouvé se scelle et se voit : résultat FAILED, avertissement à la vérification."""
    petite = PetiteCampagne(tmp_path / "campagne", Verdict.CONFORME, Verdict.NON_CONFORME)
    scelle = petite.sceller(tmp_path / "d.zip")
    predicat = ouvrir_enveloppe(membres_de(scelle.chemin)["manifeste.dsse.json"]).attestation["predicate"]
    assert (predicat["result"], predicat["failedTests"]) == ("FAILED", ["BIO DMP/CONF.01.01"])
    assert any("non conformes" in phrase for phrase in petite.verifier(scelle.chemin).avertissements)


def test_campagne_abimee(tmp_path: Path) -> None:
    """Une pièce changée, un enregistrement modifié : refusé, en nommant l'un et l'autre."""
    petite = PetiteCampagne(tmp_path / "campagne")
    (petite.dossier / "preuves/DMP_CONF.01.01.02/capture.png").write_bytes(b"autre")
    with closing(sqlite3.connect(petite.dossier / "journal.sqlite")) as base, base:
        base.execute("DROP TRIGGER jamais_modifie")
        base.execute("UPDATE enregistrements SET donnees = replace(donnees, 'fait', 'rien') WHERE numero = 3")
    with pytest.raises(ScellementRefuse, match="modifiée après coup") as refus:
        petite.sceller(tmp_path / "d.zip")
    motifs = "\n".join(refus.value.motifs)
    assert "enregistrement 3" in motifs
    assert "preuves/DMP_CONF.01.01.02/capture.png" in motifs


def test_le_journal_peut_avoir_grandi(tmp_path: Path) -> None:
    """Un enregistrement ajouté depuis campagne.json (une pièce, une séance) entre au dossier, tête comprise."""
    petite = PetiteCampagne(tmp_path / "campagne", nombre=1)
    with JournalEchanges.reprendre(petite.dossier) as journal:
        journal.ajouter("incident", {"nature": "essai", "message": "après coup"})
        tete = journal.derniere_empreinte()
    scelle = petite.sceller(tmp_path / "d.zip")
    assert json.loads(membres_de(scelle.chemin)["campagne.json"])["journal"]["derniere_empreinte"] == tete
    assert petite.verifier(scelle.chemin).intact


def test_secrets_introuvables(tmp_path: Path) -> None:
    """Un secret confié au journal puis vu partout (corps, en-tête, action) n'est nulle part dans le dossier scellé."""
    secret = "mot-de-passe-Xq7Zt41!semé"
    petite = PetiteCampagne(tmp_path / "campagne", secret=secret)
    scelle = petite.sceller(tmp_path / "d.zip")
    clair = tmp_path / "clair"
    clair.mkdir()
    (clair / "brut.zip").write_bytes(scelle.chemin.read_bytes())
    for rang, (nom, lu) in enumerate(_tout(scelle.chemin).items()):
        (clair / f"{rang:03}-{Path(nom).name}").write_bytes(lu)
    chercheur = Chercheur({secret.encode(): "secret semé"})
    assert chercheur.dans_le_dossier(clair) == []
    (clair / "temoin.txt").write_text(f"ici : {secret}", encoding="utf-8")
    assert chercheur.dans_le_dossier(clair) != []


def _tout(chemin: Path) -> dict[str, bytes]:
    """Chaque membre en clair, archives intérieures décompressées."""
    return {nom: lzma.decompress(lu) if nom.endswith(".xz") else lu for nom, lu in membres_de(chemin).items()}


# -- complétude ------------------------------------------------------------------------------------------------


def test_complet_ne_manque_de_rien(tmp_path: Path) -> None:
    """Une campagne conforme, toutes ses preuves produites, ne manque de rien."""
    petite = PetiteCampagne(tmp_path / "campagne")
    assert ce_qui_manque(petite.campagne, attendus(petite.catalogue), petite.catalogue.empreinte) == ()


@pytest.mark.parametrize(
    ("choix", "genre", "dit"),
    [
        ({"exigences_demandees": ("INS/va1.00",)}, Genre.LIMITEE, "--exigence à INS/va1.00"),
        ({"autres": {"profils_demandes": ["Général"]}}, Genre.LIMITEE, "--profil à Général"),
        ({"vagues": (1,)}, Genre.LIMITEE, "sans la vague 2"),
        ({"autres": {"volume_reduit": True}}, Genre.LIMITEE, "volume réduit"),
        ({"autres": {"rejeu": {"fichier": "hier.zip", "sha256": "ab" * 32}}}, Genre.REJOUEE, "(hier.zip)"),
        ({"autres": {"rejeu": True}}, Genre.REJOUEE, "rejoue un enregistrement"),
        ({"interrompue": True}, Genre.INTERROMPUE, "terme"),
        ({"fin": None}, Genre.INTERROMPUE, "terme"),
        ({"catalogue": {"empreinte": "00" * 32}}, Genre.CATALOGUE, "0000000000000000…"),
        ({"autres": {"ecarts": [3]}}, Genre.ECART, "illisible"),
    ],
)
def test_campagne_limitee(tmp_path: Path, choix: dict[str, object], genre: Genre, dit: str) -> None:
    """Chaque limite de la campagne est un manque, et dit laquelle."""
    petite = PetiteCampagne(tmp_path / "campagne", nombre=1)
    campagne = replace(petite.campagne, **choix)  # type: ignore[arg-type]
    manques = ce_qui_manque(campagne, attendus(petite.catalogue), petite.catalogue.empreinte)
    assert [(m.genre, dit in m.message) for m in manques] == [(genre, True)]


def test_resultats_incomplets(tmp_path: Path) -> None:
    """Scénario absent, preuve absente, réponse rejouée, versions mêlées, écart expiré : chacun est dit."""
    petite = PetiteCampagne(tmp_path / "campagne")
    un, deux, trois = petite.campagne.resultats
    ecart = {"exigence": un.exigence, "scenarios": [un.scenario], "raison": "connu", "jusqu_au": "2026-11-20"}
    campagne = replace(
        petite.campagne,
        resultats=(
            replace(un, preuves=un.preuves[:1], rejoue=True),
            replace(deux, versions={**deux.versions, "logiciel": "4.3"}),
        ),
        autres={"ecarts": [ecart]},
    )
    manques = ce_qui_manque(campagne, attendus(petite.catalogue), petite.catalogue.empreinte)
    assert {(m.genre, m.exigence or m.scenario, m.preuve) for m in manques if m.genre is not Genre.VERSIONS} == {
        (Genre.SANS_VERDICT, trois.exigence, ""),
        (Genre.PREUVE, un.exigence, un.preuves[1].id),
        (Genre.REJOUEE, un.exigence, ""),
        (Genre.ECART, un.exigence, ""),
    }
    versions = [m.message for m in manques if m.genre is Genre.VERSIONS]
    assert [message.split(" :")[0] for message in versions] == ["version 4.2", "version 4.3"]


def test_une_declaration_leve_le_manque(tmp_path: Path) -> None:
    """*À vérifier* avec une déclaration n'est plus un manque ; « sans objet » dispense de ses pièces."""
    petite = PetiteCampagne(tmp_path / "campagne", Verdict.A_VERIFIER)
    (seul,) = petite.campagne.resultats

    def genres(**declaration: object) -> set[Genre]:
        campagne = replace(petite.campagne, resultats=(replace(seul, declaration=declaration),))
        return {m.genre for m in ce_qui_manque(campagne, attendus(petite.catalogue), petite.catalogue.empreinte)}

    assert genres() == {Genre.A_VERIFIER, Genre.PREUVE}
    assert genres(issue="conforme") == {Genre.PREUVE}
    assert genres(issue="sans_objet") == set()
    assert genres(issue="sans_objet", rejouee=True) == {Genre.REJOUEE}


def test_une_declaration_d_apres_coup(tmp_path: Path) -> None:
    """Ce qu'une personne déclare après la campagne change le verdict ; toutes les traces du dossier le suivent."""
    petite = PetiteCampagne(tmp_path / "campagne", Verdict.CONFORME, Verdict.A_VERIFIER)
    declaration = Declaration(
        *("BIO", "DMP/CONF.01", "DMP/CONF.01.01", IssueDeclaree.NON_CONFORME),
        raison="l'écran ne montre pas le document",
        par="Mme Essai",
        le="2026-11-22T09:00:00+00:00",
    )
    with JournalEchanges.reprendre(petite.dossier) as journal:
        journal.ajouter("declaration", declaration.en_dict())
    scelle = petite.sceller(tmp_path / "d.zip", provisoire=True)
    verdicts = {r.scenario: r.verdict for r in scelle.campagne.resultats}
    assert verdicts["DMP/CONF.01.01"] is Verdict.NON_CONFORME
    rendu = petite.verifier(scelle.chemin)
    assert rendu.anomalies == []
    assert Genre.A_VERIFIER not in {manque.genre for manque in rendu.manques}
