"""La demande que porte le message : traitement demandé, document encapsulé, TXA."""

from __future__ import annotations

from collections.abc import Sequence

from reports.constat import Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.hl7v2.decoupage import MessageHl7
from steps.verifications.hl7v2.encapsule import DonneeObx
from steps.verifications.hl7v2.regles_documents import (
    DEMANDE,
    DONNEE,
    FORME,
    NOMBRE,
    RANGS,
    STATUT_OBR,
    TXA,
    TYPE_DOCUMENT,
    TYPE_DOCUMENT_LPS,
)
from steps.verifications.registre import verification

_ACTIONS = {"NW": ("F", "T02"), "RO": ("C", "T10"), "CA": ("D", "T04")}
_VALIDES = frozenset({"", "F", "C"})


@verification(NOMBRE, FORME, DONNEE)
def documents(message: MessageHl7, portes: Sequence[DonneeObx]) -> list[Constat]:
    """Un document (deux au plus en ORU), en ED, TEXT XML Base64, qui se décode en XML."""
    maximum = 2 if message.code == "ORU" else 1
    constats = [
        juger(
            NOMBRE, 1 <= len(portes) <= maximum, "Le message ne porte pas le nombre de documents prévu.",
            attendu=f"1 à {maximum} document(s)" if maximum > 1 else "un document", recu=f"{len(portes)} document(s)",
            ou="OBX",
        )
    ]  # fmt: skip
    for donnee in portes:
        s = donnee.segment
        forme = (s.valeur(5, 2).upper(), s.valeur(5, 3).upper(), s.valeur(5, 4).upper())
        debut = (donnee.octets or b"")[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
        constats += [
            juger(
                FORME, forme == ("TEXT", "XML", "BASE64"), "La donnée encapsulée ne s'annonce pas comme attendu.",
                attendu="^TEXT^XML^Base64^…", recu="^".join(s.valeur(5, rang) for rang in range(1, 5)),
                ou=f"{donnee.nom}, OBX-5",
            ),
            _donnee(donnee, debut),
        ]  # fmt: skip
    return constats


def _donnee(donnee: DonneeObx, debut: bytes) -> Constat:
    ou = f"{donnee.nom}, OBX-5.5"
    if donnee.sans_remplissage and debut.startswith(b"<"):
        return DONNEE.signalee(
            "Le base64 n'a pas son remplissage (« = ») : la RFC 4648 le demande, des récepteurs le refusent.",
            attendu="un base64 complet", recu="un base64 sans remplissage", ou=ou,
        )  # fmt: skip
    return juger(
        DONNEE, debut.startswith(b"<"), "La donnée encapsulée ne se décode pas en un document XML.",
        attendu="un document XML en base64",
        recu=donnee.defaut or ("du XML" if debut.startswith(b"<") else f"octets {debut[:8].hex(' ')}"), ou=ou,
    )  # fmt: skip


@verification(TYPE_DOCUMENT, TYPE_DOCUMENT_LPS, RANGS, STATUT_OBR)
def segments_obx(message: MessageHl7, portes: Sequence[DonneeObx], *, type_document: Regle | None) -> list[Constat]:
    """Type du document, numérotation des OBX, statut de l'examen.

    `type_document` : la règle du volet suivi sur le type du document ; None s'il n'en a pas.
    """
    constats = []
    obr = message.premier("OBR")
    for donnee in portes:
        s = donnee.segment
        code, libelle, systeme = (s.valeur(3, rang) for rang in (1, 2, 3))
        meme = obr is not None and (obr.valeur(4, 1), obr.valeur(4, 3)) == (code, systeme)
        if type_document is not None:
            constats.append(
                juger(
                    type_document, bool(code and libelle) and systeme in ("LN", "TRE_A05") and meme,
                    "OBX-3 et OBR-4 ne portent pas le même type de document, codé et libellé.",
                    attendu="code^libellé^LN ou TRE_A05, dans OBX-3 et OBR-4",
                    recu=f"OBX-3 {s.ecrit(3)} ; OBR-4 {obr.ecrit(4) if obr else 'absent'}", ou=f"{donnee.nom}, OBX-3",
                )
            )  # fmt: skip
    rangs = [s.valeur(1) for s in message.tous("OBX")]
    if rangs and len(message.tous("OBR")) <= 1:
        constats.append(
            juger(
                RANGS, rangs == [str(rang) for rang in range(1, len(rangs) + 1)], "OBX-1 ne numérote pas les segments.",
                attendu=f"1 à {len(rangs)}", recu=", ".join(rangs), ou="OBX-1",
            )
        )  # fmt: skip
    if obr is not None and obr.valeur(25):
        constats.append(
            juger(
                STATUT_OBR, obr.valeur(25) in _VALIDES, "OBR-25 ne dit pas un résultat validé.", attendu="F ou C",
                recu=obr.valeur(25), ou="OBR-25",
            )
        )  # fmt: skip
    return constats


@verification(DEMANDE)
def demande(message: MessageHl7, portes: Sequence[DonneeObx]) -> list[Constat]:
    """ORC-1, OBX-11 et l'événement du message s'accordent."""
    orc = message.premier("ORC")
    action = orc.valeur(1) if orc else ""
    statuts = sorted({donnee.statut for donnee in portes})
    statut, evenement = _ACTIONS.get(action, ("", ""))
    accord = bool(statut) and statuts == [statut] and (message.code != "MDM" or message.evenement == evenement)
    return [
        juger(
            DEMANDE, accord, "ORC-1, OBX-11 et l'événement ne disent pas la même demande.",
            attendu="NW, F, T02 ; RO, C, T10 ; ou CA, D, T04",
            recu=f"ORC-1 {action or 'absent'}, OBX-11 {', '.join(statuts) or 'absent'}, événement {message.evenement}",
            ou="ORC-1, OBX-11, MSH-9.2",
        )
    ]  # fmt: skip


@verification(TXA)
def txa(message: MessageHl7) -> list[Constat]:
    """Un MDM porte un TXA complet."""
    if message.code != "MDM":
        return []
    s = message.premier("TXA")
    manques = ["TXA"] if s is None else []
    if s is not None:
        manques += [f"TXA-{rang}" for rang in (1, 2, 3, 12, 17) if not s.champ(rang).strip()]
        manques += [f"TXA-3 « {s.valeur(3)} »"] if s.valeur(3) and s.valeur(3).upper() != "TEXT" else []
        manques += [f"TXA-17 « {s.valeur(17)} »"] if s.valeur(17) not in ("", "AU") else []
        manques += ["TXA-13"] if message.evenement == "T10" and not s.valeur(13) else []
    return [
        juger(
            TXA, not manques, "TXA est incomplet.",
            attendu="TXA-1, TXA-2, TXA-3 TEXT, TXA-12, TXA-17 AU, et TXA-13 pour T10",
            recu=f"absents ou faux : {', '.join(manques)}" if manques else "complet", ou="TXA",
        )
    ]  # fmt: skip
