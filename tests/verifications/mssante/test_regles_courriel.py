"""Règles de courriels qui demandent plusieurs messages, et aides que les scénarios emploient."""

from __future__ import annotations

from reports.verdict import Verdict
from steps.verifications.cda import lire_cda
from steps.verifications.mssante.avis_lecture import Nature, lire_avis, lire_disposition
from steps.verifications.mssante.courriel_lecture import lire_courriel
from steps.verifications.mssante.entetes import message_ids_distincts
from steps.verifications.mssante.objet import objet_attendu
from steps.verifications.pdf.nommage import nom_attendu
from tests.verifications.mssante.fabrique_avis import DSN, KO, LECTURE, MDN, avis_mes, mdn
from tests.verifications.mssante.fabrique_courriels import NOM_PDF, OBJET, courriel, document, message


def _verdict(*octets: bytes) -> Verdict:
    return message_ids_distincts([lire_courriel(message) for message in octets]).verdict


def test_message_ids_distincts() -> None:
    """Deux messages ont deux identifiants ; renvoyer les mêmes octets est admis ; rien à comparer ne prouve rien."""
    autre = message(Message_ID="<2@labo.formation.mssante.fr>")
    assert _verdict(courriel(), autre) is Verdict.CONFORME
    assert _verdict(courriel(), courriel()) is Verdict.CONFORME
    assert _verdict(courriel(), message()) is Verdict.NON_CONFORME
    assert _verdict(message(Message_ID=None)) is Verdict.NON_CONCLUANT


def test_objet_et_nom_attendus() -> None:
    """L'objet et le nom du PDF se reconstruisent du CDA."""
    cda = lire_cda(document())
    assert objet_attendu((cda,)) == OBJET
    assert objet_attendu((cda, cda)) == OBJET.replace("CR d'examens biologiques", "2 documents")
    assert nom_attendu(cda) == NOM_PDF


def test_avis_lus() -> None:
    """Nature, code d'erreur et message d'origine de chaque sorte d'avis."""
    lus = {nom: lire_avis(lire_courriel(octets)) for nom, octets in
           {"mdn": MDN, "lecture": LECTURE, "dsn": DSN, "ko": KO, "mes": avis_mes()}.items()}  # fmt: skip
    assert {nom: avis.nature for nom, avis in lus.items() if avis} == {
        "mdn": Nature.MDN, "lecture": Nature.MDN, "dsn": Nature.DSN, "ko": Nature.KO, "mes": Nature.MES,
    }  # fmt: skip
    origine = "<20261120.101530.1@labo.formation.mssante.fr>"
    assert {nom for nom, avis in lus.items() if avis and avis.original_id == origine} == {"mdn", "lecture", "dsn", "ko"}
    assert lus["mes"] and lus["mes"].motif == "ferme"
    echec = lire_avis(lire_courriel(mdn(echec=True)))
    assert echec
    assert (echec.code_erreur, echec.libelle_erreur, echec.code_objet) == ("902", "patient inconnu", "902")
    assert lire_avis(lire_courriel(courriel())) is None


def test_deux_formes_de_l_erreur() -> None:
    """L'ancienne forme se lit comme la nouvelle."""
    ancienne = mdn("processed/error\r\nError: 902^patient inconnu", "processed/Error: 902^patient inconnu", echec=True)
    lu = lire_avis(lire_courriel(ancienne))
    assert lu
    assert (lu.code_erreur, lu.libelle_erreur, lu.echec) == ("902", "patient inconnu", True)
    assert lire_disposition("n'importe quoi") is None
