"""Règles des versions d'un CDA : lien de remplacement, numéro de version, lignée."""

from __future__ import annotations

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.modele import EnTeteCda
from steps.verifications.registre import verification

_GUIDE = "ANS, CI-SIS, structuration minimale des documents CDA R2 (IG-document-core), en-tête"
_OU = "ClinicalDocument/relatedDocument"
_TOUJOURS_LIES = frozenset({"11502-2", "18748-4"})
"""Comptes rendus de biologie et d'imagerie : tout exemple publié de version 2 y porte son lien de remplacement."""

LIEN = Regle(
    "CDA-ENT-16", "relatedDocument remplace un document et un seul", _GUIDE, Confiance.OFFICIELLE,
    "Écrire typeCode=RPLC et un parentDocument/id égal à l'identifiant de la version remplacée.",
)  # fmt: skip
VERSION_ET_LIEN = Regle(
    "CDA-ENT-17", "Une version au-delà de la première dit ce qu'elle remplace", f"{_GUIDE} (rapprochement du banc)",
    Confiance.DEDUITE, "Ajouter relatedDocument RPLC, ou revenir à versionNumber=1.",
)  # fmt: skip
ANTERIEURE = Regle(
    "CDA-ENT-23", "La version remplacée est antérieure", f"{_GUIDE} (rapprochement du banc)", Confiance.DEDUITE,
    "Écrire dans parentDocument/versionNumber le numéro de la version remplacée, plus petit que celui du document.",
)  # fmt: skip


@verification(LIEN)
def remplacement(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Le lien de remplacement est bien formé et ne désigne pas le document lui-même."""
    return [
        juger(
            LIEN, lien.type_lien == "RPLC" and len(lien.ids) == 1 and lien.ids[0] != cda.id,
            "Le lien de remplacement n'est pas celui attendu.",
            attendu="typeCode=RPLC et un seul parentDocument/id, autre que celui du document",
            recu=f"{lien.type_lien or 'typeCode absent'}, {', '.join(map(str, lien.ids)) or 'aucun id'}",
            ou=_OU, echanges=echanges,
        )
        for lien in cda.remplacements
    ]  # fmt: skip


@verification(VERSION_ET_LIEN, ANTERIEURE)
def rang(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Le numéro de version s'accorde avec le lien de remplacement.

    D'un compte rendu de biologie ou d'imagerie, une version au-delà de 1 sans lien est *à vérifier*. Pour les autres
    types, onze exemples officiels sont dans ce cas, et un a un lien à la version 1 : ces écarts sont signalés, sans
    effet sur le verdict. Dans une campagne, le DMP sait quelle version précède et le dit.
    """
    if not cda.version.isdecimal() or int(cda.version) == 0:
        return []
    numero, constats = int(cda.version), []
    if (numero > 1) != (cda.remplace is not None):
        stricte = numero > 1 and cda.code is not None and cda.code.code in _TOUJOURS_LIES
        constats.append(
            (VERSION_ET_LIEN.enfreinte if stricte else VERSION_ET_LIEN.signalee)(
                f"La version {numero} ne dit pas quelle version elle remplace."
                if numero > 1
                else "La version 1 dit qu'elle remplace un document.",
                attendu="relatedDocument typeCode=RPLC si et seulement si la version dépasse 1",
                recu=f"version {numero}, {len(cda.remplacements)} lien", ou=_OU, echanges=echanges,
            )
        )  # fmt: skip
    elif numero > 1:
        constats.append(VERSION_ET_LIEN.respectee(recu=f"version {numero}", ou=_OU, echanges=echanges))
    remplacee = cda.remplace.version if cda.remplace else ""
    if remplacee.isdecimal():
        constats.append(
            juger(
                ANTERIEURE, int(remplacee) < numero, "La version remplacée n'est pas antérieure à celle du document.",
                attendu=f"moins de {numero}", recu=remplacee, ou=f"{_OU}/parentDocument/versionNumber",
                echanges=echanges,
            )
        )  # fmt: skip
    return constats
