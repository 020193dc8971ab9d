"""La garde des matricules : aucun vrai patient n'atteint le disque."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.socle.echange import CorpsMemoire, Requete
from simulators.socle.garde import GardeMatricules, MatriculeReel
from simulators.socle.identites import OID_INS_NIA, OID_INS_NIR, OID_INS_NIR_TEST, cle_nir, fabriquer_identite, par_cas
from simulators.socle.journal import EtatJournal, JournalArrete, JournalEchanges
from tests.simulators.socle.outils import instant

REEL = "185057800608436"  # forme d'un NIR ; inventé pour l'essai
ECRITURES = {
    "attributs": '<id root="{oid}" extension="{m}"/>',
    "attributs inversés": "<id extension='{m}' assigningAuthorityName='INS' root='{oid}'/>",
    "INSi": "<i:NumIdentifiant>{m}</i:NumIdentifiant>\n  <i:Cle>36</i:Cle></i:IdentifiantActif><i:OID>{oid}</i:OID>",
    "CX": "{m}^^^&{oid}&ISO^NH",
    "CX échappé": "{m}^^^&amp;{oid}&amp;ISO^NH",
    "HL7 v2": "PID|1||{m}^^^ASIP-SANTE-INS-NIR&{oid}&ISO^INS",
    "URL": "ins={m}%5E%5E%5E%26{oid}%26ISO%5ENH",
    "JSON": '{{"system": "urn:oid:{oid}", "value": "{m}"}}',
}


@pytest.mark.parametrize("ecriture", ECRITURES.values(), ids=ECRITURES)
@pytest.mark.parametrize("oid", [OID_INS_NIR, OID_INS_NIA])
@pytest.mark.parametrize("matricule", [REEL, REEL[:13], "285052A006084"])
def test_ecritures_reconnues(ecriture: str, oid: str, matricule: str) -> None:
    """Chaque écriture rencontrée d'un matricule sous OID de production est vue."""
    assert GardeMatricules().trouve(ecriture.format(oid=oid, m=matricule).encode())


@pytest.mark.parametrize("ecriture", ECRITURES.values(), ids=ECRITURES)
def test_identite_de_test_permise(ecriture: str) -> None:
    """Une identité de test sous OID de production passe ; sous OID de test, tout passe."""
    garde = GardeMatricules()
    connue = par_cas("oid_production")
    garde.autoriser([connue.matricule_ins])
    assert not garde.trouve(ecriture.format(oid=OID_INS_NIR, m=connue.matricule_ins).encode())
    assert not garde.trouve(ecriture.format(oid=OID_INS_NIR_TEST, m=REEL).encode())


@pytest.mark.parametrize(
    "texte",
    [
        f'<code codeSystem="{OID_INS_NIR}"/><time value="20240101120000"/>',
        f'<id root="{OID_INS_NIR}"/><id root="1.2.250.1.213.99.1850578006084" extension="x"/>',
        f"{OID_INS_NIR}.1 {REEL}",
        f"{OID_INS_NIR}0 {REEL}",
        f"{OID_INS_NIR} 1850578006084361234",
        f"{OID_INS_NIR} 1700000000000",
    ],
    ids=["date", "oid long", "sous-oid", "oid voisin", "nombre long", "millisecondes"],
)
def test_nombres_innocents(texte: str) -> None:
    """Dates, compteurs, OID plus longs : rien qui arrête une campagne à tort."""
    assert not GardeMatricules().trouve(texte.encode())


def test_utf16() -> None:
    """Un document en UTF-16 ne contourne pas la garde."""
    assert GardeMatricules().trouve(ECRITURES["attributs"].format(oid=OID_INS_NIR, m=REEL).encode("utf-16"))


@given(avant=st.integers(0, 3000), apres=st.integers(0, 3000), coupes=st.lists(st.integers(1, 400), max_size=12))
def test_flux_coupe_n_importe_ou(avant: int, apres: int, coupes: list[int]) -> None:
    """Où que tombent les coupures du flux, le matricule est vu, comme dans les octets entiers."""
    octets = b"x" * avant + ECRITURES["attributs"].format(oid=OID_INS_NIR, m=REEL).encode() + b"y" * apres
    examen = GardeMatricules().examen()
    vu, position = False, 0
    for coupe in [*coupes, len(octets)]:
        vu = vu or examen.suivre(octets[position : position + coupe])
        position += coupe
    assert vu or examen.finir()


@given(coupes=st.lists(st.integers(1, 300), min_size=1, max_size=20))
def test_flux_innocent_coupe_n_importe_ou(coupes: list[int]) -> None:
    """Une coupure ne fait pas d'un nombre plus long, ou d'un OID voisin, un matricule interdit."""
    octets = (
        f'<a r="{OID_INS_NIR}1" e="{REEL}"/>' + "z" * 300 + f"{REEL}99 {OID_INS_NIR} 99{REEL} " + "z" * 280
    ).encode() * 4
    examen = GardeMatricules().examen()
    position = 0
    for coupe in [*coupes, len(octets)]:
        assert not examen.suivre(octets[position : position + coupe])
        position += coupe
    assert not examen.finir()


def _tout(dossier: Path) -> bytes:
    return b"".join(chemin.read_bytes() for chemin in dossier.rglob("*") if chemin.is_file())


@pytest.mark.parametrize("ou", ["corps", "cible", "entete", "note", "action", "flux", "grand flux"])
def test_rien_n_atteint_le_disque(journal: JournalEchanges, ou: str) -> None:
    """Où que soit le matricule, il n'est sur le disque nulle part ; la campagne est arrêtée, un incident le dit."""
    texte = ECRITURES["attributs"].format(oid=OID_INS_NIR, m=REEL)
    requete = Requete(
        "POST",
        f"/x?i={ECRITURES['URL'].format(oid=OID_INS_NIR, m=REEL)}" if ou == "cible" else "/x",
        (("X-Patient", texte),) if ou == "entete" else (),
        CorpsMemoire(texte.encode() if ou == "corps" else b""),
    )
    with pytest.raises(MatriculeReel) as leve:
        if ou == "action":
            journal.ajouter("action", {"parametres": {"cda": texte}})
        elif "flux" in ou:
            reception = journal.receptionner()
            try:
                reception.ecrire(b"DUPONT " * (10 if ou == "flux" else 900_000) + texte.encode())
                reception.terminer()
            except MatriculeReel as erreur:
                journal.arreter(erreur)
        else:
            notes = {"recu": texte} if ou == "note" else {}
            journal.ajouter_echange(
                service="dmp", operation="", debut=instant(), fin=instant(), requete=requete, notes=notes
            )
    assert REEL[:13] not in str(leve.value)
    assert journal.etat is EtatJournal.ARRETE
    assert [e.donnees["nature"] for e in journal.enregistrements()] == ["matricule_reel"]
    assert journal.verifier_chaine() == []
    with pytest.raises(JournalArrete):
        journal.ajouter("etape", {})
    with pytest.raises(JournalArrete):
        journal.attendre(lambda echange: True, depuis=0, delai=30)
    journal.fermer()
    contenu = _tout(journal.dossier)
    assert REEL[:13].encode() not in contenu
    assert b"DUPONT" not in contenu


def test_autoriser_refuse_une_forme_fausse() -> None:
    """Une liste d'autorisations mal formée est refusée, elle ne s'ignore pas."""
    with pytest.raises(ValueError, match="13 caractères"):
        GardeMatricules().autoriser(["12345"])


def test_identite_fabriquee_puis_permise(journal: JournalEchanges) -> None:
    """Une identité fabriquée sous OID de production passe dès qu'elle est déclarée."""
    identite = fabriquer_identite("essai", oid=OID_INS_NIR)
    assert cle_nir(identite.matricule) == identite.cle
    journal.autoriser_matricules(identite.matricules)
    journal.ajouter("action", {"x": ECRITURES["attributs"].format(oid=OID_INS_NIR, m=identite.matricule_ins)})
    assert journal.position() == 1
