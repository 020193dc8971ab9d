"""La liste blanche suit l'état de l'opérateur."""

from __future__ import annotations

from datetime import UTC, datetime

from lxml import etree

from simulators.mssante.etat import Bal, DomaineOperateur, EtatMSSante
from simulators.mssante.liste_blanche import CHEMIN, ESPACE, ListeBlanche, nom_distinctif
from simulators.mssante.reglages import DOMAINE_USAGERS

_N = {"n": ESPACE}


def _noms(liste: ListeBlanche) -> list[str]:
    return [str(nom) for nom in etree.fromstring(liste.xml()).xpath("//n:Domaine/n:Nom/text()", namespaces=_N)]  # type: ignore[union-attr]


def test_suit_l_etat() -> None:
    """Un domaine ajouté, par lui-même ou par une BAL, y entre ; un domaine retiré en sort."""
    etat = EtatMSSante()
    liste = ListeBlanche(etat, lambda: datetime(2026, 11, 20, 9, 30, tzinfo=UTC))
    depart = _noms(liste)
    assert depart == sorted(depart) and DOMAINE_USAGERS in depart
    etat.ajouter_bal(Bal("dr@neuf.formation.mssante.fr", "PER"))
    etat.ajouter_domaine(DomaineOperateur("autre.mssante.fr", "À & « b »"))
    assert set(_noms(liste)) - set(depart) == {"neuf.formation.mssante.fr", "autre.mssante.fr"}
    etat.retirer_domaine("AUTRE.mssante.fr")
    assert "autre.mssante.fr" not in _noms(liste)


def test_elements() -> None:
    """Chaque domaine porte tous ses éléments, dans l'ordre, et la date de génération est en tête."""
    racine = etree.fromstring(ListeBlanche(EtatMSSante(), lambda: datetime(2026, 11, 20, 9, 30, tzinfo=UTC)).xml())
    assert racine.findtext("n:DateDeGeneration", namespaces=_N) == "2026-11-20T09:30:00Z"
    attendus = ["Nom", "Description", "DNCertificatOperateur", "ResponsableContact", "SupportContact", "DateMAJ"]
    for domaine in racine.findall("n:Domaine", namespaces=_N):
        assert [etree.QName(enfant).localname for enfant in domaine] == attendus
        assert all(enfant.text for enfant in domaine)


def test_nom_distinctif() -> None:
    """Le nom du certificat de l'opérateur, tel qu'inscrit, sinon celui du banc."""
    inscrit = {"C": "FR", "CN": "op.mssante.fr", "O": "OPERATEUR", "OU": "318", "ST": "Paris (75)"}
    assert (
        nom_distinctif(DomaineOperateur("a.mssante.fr", "", dn_certificat=inscrit))
        == "CN=op.mssante.fr,OU=318,O=OPERATEUR,ST=Paris (75),C=FR"
    )
    assert nom_distinctif(DomaineOperateur("a.mssante.fr", "")).startswith("CN=mss.a.mssante.fr,O=")


def test_route() -> None:
    """Le chemin est celui de la vraie liste."""
    (route,) = ListeBlanche(EtatMSSante()).routes()
    assert (route.methode, route.chemin) == ("GET", CHEMIN)
