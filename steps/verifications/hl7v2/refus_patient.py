"""Le refus du patient devant une plateforme : celle-ci ne doit plus être chargée de lui envoyer par MSSanté."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.hl7v2.acquittement import premier_message
from steps.verifications.hl7v2.decoupage import MessageHl7
from steps.verifications.hl7v2.metadonnees import valeurs_de
from steps.verifications.registre import verification

REFUS = Regle(
    "HL7-REFUS-01", "La plateforme n'est pas chargée d'envoyer par MSSanté à un patient qui l'a refusé",
    "REM DPI, exigence MSS/va1.20 (travaux de concertation 2023) ; ANS, CI-SIS, volet de transmission d'un document "
    "CDA R2 en HL7 v2, v2.1.3 (DESTMSSANTEPAT, PRT)", Confiance.OFFICIELLE,
    "Écrivez DESTMSSANTEPAT N, et ne citez pas l'adresse du patient parmi les destinataires.",
)  # fmt: skip


@verification(REFUS)
def envoi_au_patient_retire(
    refuses: Sequence[bytes], accepte: bytes, adresse: str, directs: Sequence[int], quoi: str
) -> Constat:
    """`refuses` : les messages partis pendant le refus ; `accepte` : celui d'un document validé une fois le refus levé.

    `adresse` : celle du patient ; `directs` : les courriels partis sans la plateforme pendant le refus.
    """
    demandes = [vu for octets in refuses for vu in _demandes(octets, adresse)]
    if demandes or directs:
        recu = ", ".join([*demandes, *([f"{len(directs)} courriel(s) à {adresse}"] if directs else [])])
        return juger(
            REFUS, False, f"{quoi} : le patient a refusé, l'envoi vers lui est pourtant demandé.",
            attendu="DESTMSSANTEPAT N, aucun destinataire à l'adresse du patient, aucun courriel", recu=recu,
            ou="OBX DESTMSSANTEPAT et PRT-15", echanges=tuple(directs),
        )  # fmt: skip
    temoin = list(_demandes(accepte, adresse))
    if not temoin:
        return REFUS.a_regarder(
            f"{quoi} : le refus levé, l'envoi au patient n'est pas demandé non plus ; montrez ce que le refus change.",
            recu="aucune demande d'envoi au patient, avec ou sans refus", ou="OBX DESTMSSANTEPAT et PRT-15",
        )  # fmt: skip
    return REFUS.respectee(recu=f"rien pendant le refus ; une fois levé : {', '.join(temoin)}", ou=quoi)


def _demandes(octets: bytes, adresse: str) -> Iterator[str]:
    """Ce qui, dans ce message, charge la plateforme d'envoyer au patient."""
    message = premier_message(octets)
    if message is None:
        return
    if valeurs_de(message).get("DESTMSSANTEPAT") == "Y":
        yield "DESTMSSANTEPAT Y"
    if adresse.casefold() in {citee.casefold() for citee in _destinataires(message)}:
        yield f"PRT RCT {adresse}"


def _destinataires(message: MessageHl7) -> Iterator[str]:
    for segment in message.tous("PRT"):
        if segment.valeur(4) == "RCT":
            for rang in range(1, len(segment.repetitions(15)) + 1):
                yield segment.valeur(15, 4, repetition=rang)
