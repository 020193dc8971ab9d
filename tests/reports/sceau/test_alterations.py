"""Un octet changé, un enregistrement retiré, déplacé, ajouté, une pièce échangée, un verdict changé : tout est dit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.sceau import Domaine, DossierIllisible
from reports.sceau.anomalie import Anomalie
from reports.sceau.ouverture import ArchiveScellee
from tests.reports.sceau.conftest import DossierSain
from tests.reports.sceau.fabrique import (
    AUTRE_CLE,
    CLE,
    changer_journal,
    changer_json,
    enchainer,
    falsifier,
    membres_de,
)

VERDICTS = "verdicts.json"


def _ou(anomalies: list[Anomalie]) -> set[str]:
    return {anomalie.membre.split(",")[0] for anomalie in anomalies}


@settings(max_examples=50, deadline=None)
@given(donnees=st.data())
def test_un_octet_change_se_voit_et_se_situe(sain: DossierSain, donnees: st.DataObject) -> None:
    """N'importe quel octet, n'importe quelle valeur : une anomalie au moins, sur le fichier où il est."""
    brut = bytearray(sain.chemin.read_bytes())
    with sain.chemin.open("rb") as fichier:
        places = ArchiveScellee(fichier).zip.places
    # Une place sur deux au hasard dans tout le fichier, l'autre dans un membre choisi : les petits comptent autant.
    place = donnees.draw(st.sampled_from(places))
    dans = st.integers(place.position, place.fin - 1)
    position = donnees.draw(st.one_of(st.integers(0, len(brut) - 1), dans))
    brut[position] ^= donnees.draw(st.integers(1, 255))
    faux = sain.atelier / "octet.zip"
    faux.write_bytes(brut)
    touche = next((place.nom for place in places if place.position <= position < place.fin), None)
    try:
        rendu = sain.petite.verifier(faux)
    except DossierIllisible as refus:
        # Un manifeste illisible ne laisse rien à comparer : le refus le nomme.
        assert touche == "manifeste.dsse.json", refus
        assert "manifeste" in str(refus)
        return
    assert rendu.code == 1
    if touche is not None:
        dits = "\n".join(f"{a.membre} {a.message} {a.attendu} {a.recu}" for a in rendu.anomalies)
        assert touche in dits


@settings(max_examples=250, deadline=None)
@given(donnees=st.data())
def test_un_octet_d_en_tete_zip_se_voit(sain: DossierSain, donnees: st.DataObject) -> None:
    """Un champ que personne ne lit (date, drapeau, attribut, nom) compte autant qu'un contenu."""
    brut = bytearray(sain.chemin.read_bytes())
    with sain.chemin.open("rb") as fichier:
        places = ArchiveScellee(fichier).zip.places
    place = donnees.draw(st.sampled_from(places))
    entete, central = st.integers(place.position, place.debut - 1), st.integers(places[-1].fin, len(brut) - 1)
    position = donnees.draw(st.one_of(entete, central))
    brut[position] ^= donnees.draw(st.integers(1, 255))
    faux = sain.atelier / "entete.zip"
    faux.write_bytes(brut)
    with faux.open("rb") as fichier:
        try:
            assert ArchiveScellee(fichier).zip.anomalies != []
        except DossierIllisible as refus:
            assert "manifeste" in str(refus)


@pytest.mark.parametrize("quoi", ["un octet de plus", "un de moins", "un commentaire", "un préfixe"])
def test_octets_en_plus_ou_en_moins(sain: DossierSain, quoi: str) -> None:
    """Ajouter ou couper aux bouts se voit aussi."""
    brut = sain.chemin.read_bytes()
    change = {
        "un octet de plus": brut + b"\0",
        "un de moins": brut[:-1],
        "un commentaire": brut[:-2] + b"\x03\x00abc",
        "un préfixe": b"#!/bin/sh\n" + brut,
    }[quoi]
    faux = sain.atelier / "bout.zip"
    faux.write_bytes(change)
    try:
        rendu = sain.petite.verifier(faux)
    except DossierIllisible as refus:
        assert "n'est pas un zip que le banc ait écrit" in str(refus)
        assert quoi in ("un de moins", "un préfixe")
        return
    assert [a.domaine for a in rendu.anomalies] == [Domaine.STRUCTURE]


Lignes = list[dict[str, Any]]


def _retirer(lignes: Lignes) -> None:
    del lignes[4]


def _echanger(lignes: Lignes) -> None:
    lignes[4], lignes[5] = lignes[5], lignes[4]


def _ajouter(lignes: Lignes) -> None:
    lignes.insert(5, dict(lignes[4]))


def _modifier(lignes: Lignes) -> None:
    lignes[4]["horodatage"] = "2026-11-21T14:03:12.000000Z"


@pytest.mark.parametrize("resigne", [False, True], ids=["tel quel", "re-signé par une autre clé"])
@pytest.mark.parametrize(
    ("change", "numero", "dit"),
    [
        (_retirer, 6, "enregistrement 5 absent de sa place"),
        (_echanger, 5, "enregistrement 5 : hors de sa place"),
        (_ajouter, 5, "enregistrement 5 : présent deux fois"),
        (_modifier, 5, "enregistrement 5 (action) : son contenu a changé"),
    ],
)
def test_journal_falsifie(
    sain: DossierSain, change: Callable[[Lignes], None], numero: int, dit: str, resigne: bool
) -> None:
    """Un enregistrement retiré, déplacé, ajouté ou modifié : son numéro est dit, même si tout le reste est refait."""
    lignes_avant = lzma_lignes(sain)
    assert lignes_avant[4]["numero"] == 5
    faux = falsifier(
        sain.chemin, sain.atelier / "j.zip", changer_journal(change), resigner=AUTRE_CLE if resigne else None
    )
    rendu = sain.petite.verifier(faux)
    messages = [a.message for a in rendu.anomalies if a.domaine is Domaine.JOURNAL]
    type_attendu = dit.replace("(action)", f"({lignes_avant[4]['type']})")
    assert any(message.startswith(type_attendu) for message in messages), messages
    assert numero in {a.enregistrement for a in rendu.anomalies}
    assert ("journal.jsonl.xz" in _ou([a for a in rendu.anomalies if a.domaine is Domaine.EMPREINTES])) is not resigne


def lzma_lignes(sain: DossierSain) -> Lignes:
    """Les enregistrements du dossier sain."""
    lues: Lignes = []
    changer_journal(lues.extend)(membres_de(sain.chemin))
    return lues


@settings(max_examples=40, deadline=None)
@given(donnees=st.data())
def test_journal_falsifie_n_importe_ou(sain: DossierSain, donnees: st.DataObject) -> None:
    """Retirer, déplacer, doubler, modifier n'importe quel enregistrement : `verifier` le nomme, lui ou son voisin."""
    total = len(lzma_lignes(sain))
    rang = donnees.draw(st.integers(0, total - 1))
    autre = donnees.draw(st.integers(0, total - 1).filter(lambda n: n != rang))
    operation = donnees.draw(st.sampled_from(["retirer", "deplacer", "doubler", "donnees", "type", "empreinte"]))

    def change(lignes: Lignes) -> None:
        if operation == "retirer":
            del lignes[rang]
        elif operation == "deplacer":
            lignes.insert(autre, lignes.pop(rang))
        elif operation == "doubler":
            lignes.insert(autre, lignes[rang])
        elif operation == "donnees":
            lignes[rang]["donnees"]["ajoute"] = 1
        elif operation == "type":
            lignes[rang]["type"] = "incident" if lignes[rang]["type"] != "incident" else "panne"
        else:
            lignes[rang]["empreinte"] = "0" * 64

    faux = falsifier(sain.chemin, sain.atelier / "h.zip", changer_journal(change), resigner=AUTRE_CLE)
    journal = [a for a in sain.petite.verifier(faux).anomalies if a.domaine is Domaine.JOURNAL]
    if operation == "retirer" and rang == total - 1:
        assert [a.message for a in journal] == ["la fin du journal n'est pas celle que le manifeste annonce"]
    else:
        assert journal[0].enregistrement is not None
        cites = {a.enregistrement for a in journal}
        assert cites & {rang + 1, rang + 2}, [a.message for a in journal]


def test_journal_raccourci_et_rechaine(sain: DossierSain) -> None:
    """Un journal raccourci puis rechaîné ne finit plus où le disent le manifeste et campagne.json."""
    retirer = changer_journal(lambda lignes: lignes.pop(4), rechainer=True)
    faux = falsifier(sain.chemin, sain.atelier / "r.zip", retirer, resigner=AUTRE_CLE)
    rendu = sain.petite.verifier(faux)
    assert "la fin du journal n'est pas celle que le manifeste annonce" in {a.message for a in rendu.anomalies}


def _noircir(valeur: Any) -> None:
    for scenario in valeur["scenarios"]:
        if scenario["scenario"] == "DMP/CONF.01.01":
            scenario["verdict"] = "non_conforme"


def _verdict_du_journal(lignes: Lignes) -> None:
    for ligne in lignes:
        if ligne["type"] == "verdict" and ligne["donnees"]["scenario"] == "DMP/CONF.01.01":
            ligne["donnees"]["verdict"] = "non_conforme"


def _remplacer(nom: str, avant: str, apres: str, ancre: str) -> Callable[[dict[str, bytes]], None]:
    """Remplace, dans un membre texte, le premier `avant` qui suit `ancre`."""

    def faire(membres: dict[str, bytes]) -> None:
        texte = membres[nom].decode()
        position = texte.index(avant, texte.index(ancre))
        membres[nom] = (texte[:position] + apres + texte[position + len(avant) :]).encode()

    return faire


FALSIFICATIONS: dict[str, tuple[Callable[[dict[str, bytes]], None], str]] = {
    "verdicts.json": (changer_json(VERDICTS, _noircir), VERDICTS),
    "journal rechaîné": (changer_journal(_verdict_du_journal, rechainer=True), "journal.jsonl.xz"),
    "JUnit": (
        _remplacer(
            "junit.xml", 'name="verdict" value="conforme"', 'name="verdict" value="a_verifier"', "DMP/CONF.01.01"
        ),
        "junit.xml",
    ),
    "rapport, pastille": (
        _remplacer(
            "rapport.html",
            '<span class="verdict conforme">',
            '<span class="verdict a_verifier">',
            'id="scenario-DMP/CONF',
        ),
        "rapport.html",
    ),
    "rapport, phrase": (
        _remplacer("rapport.html", "conforme</span>", "à vérifier</span>", 'id="scenario-DMP/CONF'),
        "rapport.html",
    ),
    "index des preuves": (
        _remplacer("preuves/index.json", '"etat": "produite"', '"etat": "manquante"', '"scenario": "DMP/CONF.01.01"'),
        "preuves/index.json",
    ),
}


@pytest.mark.parametrize("resigne", [False, True], ids=["tel quel", "re-signé par une autre clé"])
@pytest.mark.parametrize("nom", FALSIFICATIONS)
def test_verdict_change_quelque_part(sain: DossierSain, nom: str, resigne: bool) -> None:
    """Un verdict changé à un seul endroit est nommé avec son scénario, que les empreintes aient été refaites ou non."""
    change, membre = FALSIFICATIONS[nom]
    faux = falsifier(sain.chemin, sain.atelier / "v.zip", change, resigner=AUTRE_CLE if resigne else None)
    rendu = sain.petite.verifier(faux)
    assert rendu.code == 1
    siennes = [a for a in rendu.anomalies if a.scenario == "DMP/CONF.01.01"]
    assert siennes, [a.message for a in rendu.anomalies]
    assert membre in _ou(siennes) or nom == "journal rechaîné"
    assert any(a.domaine is Domaine.EMPREINTES for a in rendu.anomalies) is not resigne
    autre = sain.petite.verifier(faux, cle_attendue=CLE.empreinte)
    assert any("autre clé" in a.message for a in autre.anomalies) is resigne


def test_tout_refaire_avec_une_autre_cle(sain: DossierSain) -> None:
    """Un dossier entièrement refait s'accorde avec lui-même : seule la clé attendue le trahit, et c'est dit."""
    faux = falsifier(sain.chemin, sain.atelier / "t.zip", lambda membres: None, resigner=AUTRE_CLE)
    seul = sain.petite.verifier(faux)
    assert seul.intact
    assert any("pas qui a signé" in phrase for phrase in seul.avertissements)
    attendu = sain.petite.verifier(faux, cle_attendue=CLE.empreinte)
    assert [a.message for a in attendu.anomalies] == ["ce dossier est signé par une autre clé que celle attendue"]
    assert sain.petite.verifier(sain.chemin, cle_attendue=f"SHA256:{CLE.empreinte.upper()}").intact


CAPTURE = "preuves/DMP_CONF.01.01.02/capture.png"
AUTRE_CAPTURE = "preuves/INS_va1.00.01.02/capture.png"


def _autre_contenu(membres: dict[str, bytes]) -> None:
    membres[CAPTURE] = b"\x89PNG\r\n\x1a\nune autre capture"


def _permuter(membres: dict[str, bytes]) -> None:
    membres[CAPTURE], membres[AUTRE_CAPTURE] = membres[AUTRE_CAPTURE], membres[CAPTURE]


def _oter(membres: dict[str, bytes]) -> None:
    del membres[CAPTURE]


@pytest.mark.parametrize("resigne", [False, True], ids=["tel quel", "re-signé par une autre clé"])
@pytest.mark.parametrize("change", [_autre_contenu, _permuter, _oter])
def test_piece_echangee(sain: DossierSain, change: Callable[[dict[str, bytes]], None], resigne: bool) -> None:
    """Une pièce remplacée, permutée ou retirée est nommée, avec sa preuve et son scénario."""
    faux = falsifier(sain.chemin, sain.atelier / "p.zip", change, resigner=AUTRE_CLE if resigne else None)
    rendu = sain.petite.verifier(faux)
    siennes = [a for a in rendu.anomalies if a.domaine is Domaine.PREUVES and a.membre == CAPTURE]
    assert [a.scenario for a in siennes] == ["DMP/CONF.01.01"]
    assert "DMP/CONF.01.01.02" in siennes[0].message


def test_piece_ajoutee(sain: DossierSain) -> None:
    """Une pièce qu'aucune preuve ne cite est dite ajoutée, même re-signée."""
    ajouter = lambda membres: membres.update({"preuves/DMP_CONF.01.01.02/zz.png": b"\x89PNG"})  # noqa: E731
    faux = falsifier(sain.chemin, sain.atelier / "a.zip", ajouter, resigner=AUTRE_CLE)
    messages = [a.message for a in sain.petite.verifier(faux).anomalies]
    assert messages == ["preuves/DMP_CONF.01.01.02/zz.png : aucune preuve ne cite cette pièce ; elle a été ajoutée"]


def test_plusieurs_anomalies_d_un_coup(sain: DossierSain) -> None:
    """La première anomalie n'empêche pas de trouver les autres."""
    change = enchainer(changer_json(VERDICTS, _noircir), changer_journal(_echanger), _autre_contenu)
    rendu = sain.petite.verifier(falsifier(sain.chemin, sain.atelier / "m.zip", change, resigner=AUTRE_CLE))
    assert {Domaine.JOURNAL, Domaine.ACCORD, Domaine.PREUVES} <= {a.domaine for a in rendu.anomalies}
