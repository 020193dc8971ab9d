"""L'accusé de lecture que le logiciel rend : du bon courriel, à qui l'a demandé, sous la forme d'un accusé."""

from __future__ import annotations

from reports.verdict import Verdict
from steps.verifications.mssante import accuse_rendu as regles
from steps.verifications.mssante.dossier_lecture import CourrielVu
from tests.verifications.mssante.fabrique_avis import ORIGINE, mdn
from tests.verifications.mssante.fabrique_courriels import APP, courriel

RECU = CourrielVu(ORIGINE)
FAITE, LUE = "automatic-action/MDN-sent-automatically; processed", "manual-action/MDN-sent-manually; displayed"


def _verdict(*apres: CourrielVu, avant: tuple[CourrielVu, ...] = (), recu: CourrielVu = RECU) -> Verdict:
    return regles.accuse_rendu(recu, avant, apres, "fait").verdict


def test_accuse_rendu() -> None:
    """Un MDN de ce courriel vers l'adresse de la demande ; ailleurs, ou absent, c'est un manquement."""
    lue = CourrielVu(mdn(FAITE, LUE), destinataires=(APP.adresse.upper(),), numero=3)
    assert _verdict(lue) is Verdict.CONFORME
    assert _verdict(CourrielVu(lue.octets, destinataires=("un.autre@labo.test",))) is Verdict.NON_CONFORME
    assert _verdict() is Verdict.NON_CONFORME
    ordinaire = CourrielVu(courriel(entetes={"Subject": "Lu"}), destinataires=(APP.adresse,))
    assert _verdict(ordinaire) is Verdict.NON_CONFORME


def test_accuse_douteux() -> None:
    """Un traitement n'est pas une lecture ; un accusé parti avant l'ouverture se regarde ; sans demande, rien."""
    traite = CourrielVu(mdn(), destinataires=(APP.adresse,))
    lue = CourrielVu(mdn(FAITE, LUE), destinataires=(APP.adresse,))
    assert _verdict(traite) is Verdict.A_VERIFIER
    assert _verdict(avant=(lue,)) is Verdict.A_VERIFIER
    assert (
        _verdict(lue, recu=CourrielVu(courriel(entetes={"Disposition-Notification-To": ""}))) is Verdict.NON_CONCLUANT
    )
