"""Étapes des accusés de lecture qu'une plateforme d'intermédiation rend à l'émetteur d'un document (ZAM^Z03)."""

from __future__ import annotations

from contextlib import suppress

from pytest_bdd import then, when
from pytest_bdd.parsers import parse

from simulators.mssante.avis import erreur_metier, fabriquer_mdn
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import plateforme_commun as commun
from steps.etapes.mss_commun import attendre, contexte, vus
from steps.etapes.plateforme_pfi import Confie, confies
from steps.verifications.hl7v2 import retours_plateforme as regles
from steps.verifications.hl7v2.echanges import MessageVu
from steps.verifications.mssante.accuses import demande_de_lecture
from steps.verifications.mssante.dossier_lecture import CourrielVu


def _courriel(essai: Essai, confie: Confie) -> CourrielVu:
    """Le courriel qui porte le document, une fois parti."""

    def portants(partis: list[CourrielVu]) -> list[CourrielVu]:
        return [
            vu for vu in partis if any(regles.meme_document(document.octets, confie.cda) for document in vu.documents)
        ]

    attendre(essai, lambda partis: bool(portants(partis)), confie.depuis)
    trouves = portants(vus(essai, confie.depuis))
    if not trouves:
        raise NonConcluant(f"aucun courriel ne porte « {confie.nom} » : son lecteur n'a rien à accuser")
    return trouves[0]


def _noms(phrase: str) -> list[str]:
    return [nom.strip("« »") for nom in phrase.split(", ")]


@then(parse("le courriel de {noms} demande un accusé de lecture"))
def demande(essai: Essai, noms: str) -> None:
    for nom in _noms(noms):
        vu = _courriel(essai, confies(essai)[nom])
        essai.bilan.constater(demande_de_lecture(vu.lu, contexte(essai, vu, demande_lecture=True)))


@when(
    parse(
        "le lecteur de « {integre} » en accuse l'intégration, et celui de « {refuse} » l'échec, que la plateforme relève"
    )
)
def lire(essai: Essai, integre: str, refuse: str) -> None:
    """L'accusé (MDN) arrive à l'adresse qui le demande, à défaut à celle d'émission ; la plateforme la relève."""
    essai.releves["lectures"] = {integre: True, refuse: False}
    adresses = []
    for nom, reussi in essai.releves["lectures"].items():
        vu = _courriel(essai, confies(essai)[nom])
        vers = next(iter(vu.adresses("Disposition-Notification-To")), vu.expediteur)
        erreur = None if reussi else erreur_metier("902")
        octets = fabriquer_mdn(vu.octets, adresse=vu.destinataires[0], destinataire=vers, erreur=erreur)
        with suppress(LookupError):
            essai.banc.mssante.deposer(vers, octets)
        adresses.append(vers)
    for adresse in dict.fromkeys(adresses):
        essai.jouer("relever_boite", "biologiste_1", adresse=adresse)


@then(
    parse(
        "l'émetteur reçoit l'accusé de lecture de « {un} » et de « {deux} », tel que le lecteur l'a dit, et aucun de « {tu} »"
    )
)
def lectures_rendues(essai: Essai, un: str, deux: str, tu: str) -> None:
    """L'attente des deux accusés dus ferme la fenêtre de celui qui ne l'est pas."""
    operations = {nom: _operation(essai, nom) for nom in (un, deux, tu)}
    for nom in (un, deux):
        essai.banc.hl7v2.attendre(
            lambda m, o=operations[nom]: bool(regles.retours_de([MessageVu(m.numero, m.octets)], o)),  # type: ignore[misc]
            depuis=confies(essai)[nom].depuis,
            delai=1.0 if essai.logiciel.temoin else commun.delai(essai),
        )
    messages = commun.vus(essai, confies(essai)[un].depuis)
    temoin = any(regles.retours_de(messages, operations[nom]) for nom in (un, deux))
    for nom in (un, deux):
        essai.bilan.constater(regles.retour_rendu(messages, operations[nom], f"« {nom} » (lecture)"))
    essai.bilan.constater(regles.pas_de_lecture(messages, operations[tu], f"« {tu} »", temoin=temoin))


def _operation(essai: Essai, nom: str) -> regles.Operation:
    confie = confies(essai)[nom]
    reussie = bool(essai.releves["lectures"].get(nom, True))
    return regles.Operation("lecture", confie.identifiant, reussie, confie.adresses[0])
