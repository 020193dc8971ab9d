"""Particularités et fautes jouées exprès."""

from __future__ import annotations

import pytest
from lxml import etree

from simulators.insi.erreurs import CODES_OFFICIELS
from simulators.insi.pannes import PANNES, PARTICULARITES
from simulators.insi.point import schema
from simulators.socle.identites import cle_nir, par_cas
from simulators.socle.pannes import PanneInconnue
from steps.verifications.insi import lire_appel
from steps.verifications.insi.appels import IdentiteRetournee
from tests.simulators.insi import aides
from tests.simulators.insi.aides import RESULTAT
from tests.simulators.insi.conftest import Banc

PERSONNE = par_cas("historique_1")
MESSAGE = aides.enveloppe(aides.traits_de(PERSONNE))

# Ce qui reste conforme au schéma de la réponse, c'est-à-dire ce qu'un client correct doit savoir lire.
FIDELES = (
    "prefixes_env", "prefixe_resultat", "declarations_inutiles", "autre_demande", "avec_prenom", "sans_liste_prenom",
    "sans_lieu_naissance", "lieu_etranger", "nom_vide", "prenoms_vides", "date_incomplete", "jour_inconnu",
    "mauvaise_cle", "sans_cle", "oid_nia", "oid_production", "histo_0", "histo_1", "histo_n", "histo_egal_actif",
    "histo_dates_inversees", "autre_personne", "code_cr_inconnu", "ok_sans_individu", "individu_avec_01", "gzip",
    "marque_ordre",
)  # fmt: skip


def _racine(banc: Banc, message: bytes = MESSAGE) -> etree._Element:
    reponse = banc.appeler(message)
    assert reponse.status_code == 200
    return etree.fromstring(reponse.content)


def _resultat(banc: Banc) -> etree._Element:
    resultat = _racine(banc).find(f".//{RESULTAT}RESULTAT")
    assert resultat is not None
    return resultat


def _identite(banc: Banc) -> IdentiteRetournee:
    _racine(banc)
    identite = lire_appel(banc.dernier()).reponse.identite
    assert identite is not None
    return identite


def test_reponse_ordinaire_suit_le_schema(banc: Banc) -> None:
    """Sans panne, la réponse suit notre schéma de RESULTAT."""
    schema("resultat.xsd").assertValid(_resultat(banc))


@pytest.mark.parametrize("nom", FIDELES)
def test_particularite_lisible(banc: Banc, nom: str) -> None:
    """Une particularité constatée reste lisible par un client qui suit les espaces de noms, et elle est au journal."""
    avant = banc.journal.position()
    banc.insi.panne(nom)
    schema("resultat.xsd").assertValid(_resultat(banc))
    assert banc.dernier().panne == nom
    [trace] = banc.journal.enregistrements("panne", depuis=avant)
    assert trace.donnees["nom"] == nom
    assert banc.appeler(MESSAGE).text.count("RESULTAT xmlns=") == 1, "jouée une fois, puis plus"


def test_toutes_les_particularites_changent_la_reponse(banc: Banc) -> None:
    """Aucune particularité n'est sans effet."""
    banc.insi.etat.inscrire(PERSONNE, traits_retournes={"lieu_naissance": "63113"})
    ordinaire = banc.appeler(MESSAGE).content
    for nom in PARTICULARITES:
        banc.insi.panne(nom, NomNaissance="AUTRE")  # paramètre de traits_retournes, ignoré des autres
        reponse = banc.appeler(MESSAGE)
        assert reponse.content != ordinaire or reponse.headers.get("Content-Encoding") == "gzip", nom


def test_particularites_de_l_identite(banc: Banc) -> None:
    """Une particularité peut être attachée à une personne : elle est jouée à chaque fois."""
    banc.insi.etat.inscrire(PERSONNE, particularites=("date_incomplete", "sans_lieu_naissance"))
    for _ in range(2):
        traits = _identite(banc).traits
        assert traits.date_naissance == "1981-00-00"
        assert traits.lieu_naissance is None


def test_historique(banc: Banc) -> None:
    """Historique à 0, 1 et n, dans le désordre aussi."""
    for nom, nombre in (("histo_0", 0), ("histo_1", 1), ("histo_n", 10)):
        banc.insi.panne(nom)
        assert len(_identite(banc).historique) == nombre
    banc.insi.panne("histo_desordonne")
    ancien = _racine(banc).find(f".//{RESULTAT}INSHISTO")
    assert ancien is not None
    assert [noeud.tag for noeud in ancien][:2] == [f"{RESULTAT}DateDeb", f"{RESULTAT}DateFin"]


def test_cle_fausse(banc: Banc) -> None:
    """La clé fausse ne se vérifie pas."""
    banc.insi.panne("mauvaise_cle")
    actif = _identite(banc).actif
    assert actif.cle != cle_nir(actif.numero)


def test_oid_de_production(banc: Banc) -> None:
    """L'OID de production peut être joué pour nos identités, sans arrêter le journal."""
    banc.insi.panne("oid_production")
    assert _identite(banc).actif.oid == "1.2.250.1.213.1.4.8"
    banc.insi.panne("autre_personne")
    banc.insi.panne("oid_production")
    assert _identite(banc).actif.oid == "1.2.250.1.213.1.4.8"
    assert _identite(banc).actif.oid == "1.2.250.1.213.1.4.10"


def test_codage_trompeur(banc: Banc) -> None:
    """Les octets ne sont pas dans le codage annoncé."""
    banc.insi.panne("codage_trompeur")
    reponse = banc.appeler(MESSAGE)
    assert "charset=utf-8" in reponse.headers["Content-Type"]
    with pytest.raises(UnicodeDecodeError):
        reponse.content.decode("utf-8")


@pytest.mark.parametrize("code", CODES_OFFICIELS)
def test_fautes_officielles(banc: Banc, code: str) -> None:
    """Chaque faute officielle connue peut être jouée, en 500, dans la présentation relevée."""
    banc.insi.panne(code)
    reponse = banc.appeler(MESSAGE)
    assert (reponse.status_code, aides.faute(reponse)) == (500, code)
    faute = lire_appel(banc.dernier()).reponse.faute
    assert faute is not None
    assert faute.code == code
    assert banc.dernier().notes["faute"] == code


def test_presentations_de_la_faute(banc: Banc) -> None:
    """Les variantes constatées : seconde présentation, anglais, « fatal », sans messageID, sans Detail."""
    banc.insi.panne("insi_111", disposition="b", langue="en", severite="fatal")
    texte = banc.appeler(MESSAGE).text
    assert "<Severite>fatal</Severite>" in texte
    assert 'xml:lang="en"' in texte
    assert lire_appel(banc.dernier()).reponse.faute is not None
    banc.insi.panne("insi_111", sans_message_id=True)
    assert "messageID" not in banc.appeler(MESSAGE).text
    banc.insi.panne("insi_111", sans_detail=True)
    assert "Detail" not in banc.appeler(MESSAGE).text
    assert "messageID" in _faute_simple(banc)


def _faute_simple(banc: Banc) -> str:
    banc.insi.panne("insi_111")
    return banc.appeler(MESSAGE).text


def test_panne_visee(banc: Banc) -> None:
    """Une panne visant une opération laisse passer les autres ; une panne inconnue est refusée."""
    banc.insi.panne("insi_102", operation=aides.CARTE)
    assert aides.code_cr(banc.appeler(MESSAGE)) == "00"
    with pytest.raises(PanneInconnue):
        banc.insi.panne("inconnue")


def test_pannes_de_transport(banc: Banc) -> None:
    """Les pannes communes du socle sont jouées par ce service."""
    banc.insi.panne("indisponible")
    assert banc.appeler(MESSAGE).status_code == 503
    banc.insi.panne("html_200")
    assert "<html" in banc.appeler(MESSAGE).text.lower()


def test_catalogue(banc: Banc) -> None:
    """Toutes les pannes ont une description, et des noms distincts de celles du transport."""
    noms = [panne.nom for panne in PANNES]
    assert len(noms) == len(set(noms))
    assert all(panne.description for panne in PANNES)
    assert set(noms) < set(banc.insi.pannes.noms)
