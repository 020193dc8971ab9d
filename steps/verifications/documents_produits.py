"""Un document de santé que le logiciel vient de valider : son type, son niveau, le texte qui y a été saisi."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda import CdaIllisible, lire_cda, niveau
from steps.verifications.cda.jugement import juger
from steps.verifications.mssante.dossier_lecture import DocumentLu, porte_resultats
from steps.verifications.registre import verification

_REM = "REM RIS, LGC et DPI (travaux de concertation 2023)"

R_TYPE = Regle(
    "DOC-PRODUIT-01",
    "Le document validé porte le type LOINC de ce qu'il est, et un corps au niveau attendu",
    f"{_REM} : CRI/va1.07, DOC/va1.16, DOC/va1.07 ; volet Structuration minimale, éléments code et component",
    Confiance.OFFICIELLE,
    "Écrivez dans le CDA le code LOINC du type de document, et le corps au niveau attendu (N1 : PDF encapsulé).",
)
R_TEXTE = Regle(
    "DOC-PRODUIT-02",
    "Le document validé porte le texte qui y a été saisi",
    f"{_REM} : DMP/va1.13, DMP/va1.03 ; volet Structuration minimale, élément component",
    Confiance.OFFICIELLE,
    "Transmettez la version validée du document, avec tout le texte saisi.",
)


@verification(R_TYPE, R_TEXTE)
def document_produit(
    octets: bytes | None,
    *,
    code: str,
    niveaux: Sequence[str],
    reperes: Sequence[Mapping[str, Any]],
    ou: str,
    echanges: tuple[int, ...] = (),
) -> list[Constat]:
    """CDA produit : type `code`, l'un des `niveaux` (N1, N3), et chaque repère du texte saisi (libelle, valeur).

    `code` vide : aucun texte lu ne dit le code de ce type ; un code quelconque convient.
    Un PDF dont rien ne s'extrait laisse le texte à regarder ; il ne prouve ni sa présence ni son absence.
    """
    try:
        cda = lire_cda(octets or b"")
    except CdaIllisible as erreur:
        return [
            R_TYPE.enfreinte(
                "le document produit n'est pas un CDA lisible",
                attendu=f"un CDA R2 de type {code or 'quelconque'}",
                recu=str(erreur),
                ou=ou,
                echanges=echanges,
            )
        ]
    recu = cda.code.code if cda.code is not None else ""
    lu = DocumentLu(ou, octets or b"", cda)
    type_juste = juger(
        R_TYPE,
        (recu == code if code else bool(recu)) and niveau(cda) in niveaux,
        "le document produit n'a pas le type ou le niveau attendu",
        attendu=f"type {code or 'quelconque'}, niveau {' ou '.join(niveaux)}",
        recu=f"type {recu or 'absent'}, niveau {niveau(cda) or 'inconnu'}",
        ou=ou,
        echanges=echanges,
    )
    if lu.muet:
        return [
            type_juste,
            R_TEXTE.a_regarder(
                "aucun texte ne s'extrait du PDF encapsulé : comparez-le à ce qui a été saisi",
                recu="aucun texte",
                ou=ou,
            ),
        ]
    absents = [repere for repere in reperes if not porte_resultats(lu.texte, [repere])]
    return [
        type_juste,
        juger(
            R_TEXTE,
            not absents,
            "du texte saisi manque au document produit",
            attendu=", ".join(_ecrit(repere) for repere in reperes),
            recu=f"absents : {', '.join(_ecrit(repere) for repere in absents)}" if absents else "tout s'y lit",
            ou=ou,
            echanges=echanges,
        ),
    ]


def _ecrit(repere: Mapping[str, Any]) -> str:
    return f"{repere['libelle']} : {repere['valeur']}"
