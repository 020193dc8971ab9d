"""Règles sur les envois au DMP : ce qui doit y arriver, sous quelle forme, ce qui ne part pas, ce qui est montré."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda import CdaIllisible, niveau, statut_compte_rendu
from steps.verifications.cda.corps import decoder
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.modele import TYPE_CR_BIO
from steps.verifications.compte_rendu.attendu import Resultat
from steps.verifications.compte_rendu.lecture import lire_corps
from steps.verifications.compte_rendu.structure import decrire, porte
from steps.verifications.compte_rendu.textes import contient, plier
from steps.verifications.dmp import DocumentSoumis
from steps.verifications.pdf.flux import PdfIllisible
from steps.verifications.pdf.lecture import lire_pdf
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

ENTREPOT = "registre du DMP"

R_ENVOI_AUTOMATIQUE = Regle(
    "DOS-ENVOI-01",
    "Un document reçu part de lui-même au DMP",
    REM_BIO.format("DMP/va1.01"),
    Confiance.OFFICIELLE,
    "Envoyez au DMP, par défaut et sans geste de l'utilisateur, chaque document reçu d'un type prévu.",
)
R_CONTENU_RECU = Regle(
    "DOS-ENVOI-02",
    "Le document envoyé est celui qui a été reçu, en CDA R2 niveau 1",
    REM_BIO.format("DMP/va1.01"),
    Confiance.OFFICIELLE,
    "Envoyez le contenu reçu dans un CDA R2 à corps non structuré (volet Structuration minimale), avec son type.",
)
R_ENVOI_CR = Regle(
    "DOS-ENVOI-03",
    "Un compte rendu validé arrive dans le DMP du patient",
    REM_BIO.format("DMP/va1.15, DMP/va1.22 et DMP/va1.23"),
    Confiance.OFFICIELLE,
    "Envoyez le compte rendu validé au DMP du patient, et lisez la réponse du DMP.",
)
R_ENVOI_ANCIEN = Regle(
    "DOS-ENVOI-04",
    "Un document d'un épisode passé, choisi par l'utilisateur, arrive dans le DMP du patient",
    REM_BIO.format("DMP/HISTO.05"),
    Confiance.OFFICIELLE,
    "Permettez de choisir un document ancien du dossier et de l'envoyer au DMP.",
)
R_CHOISI_SEUL = Regle(
    "DOS-ENVOI-05",
    "Seuls les documents choisis par l'utilisateur sont envoyés",
    REM_BIO.format("DMP/HISTO.05"),
    Confiance.OFFICIELLE,
    "N'envoyez que les documents sélectionnés.",
)
R_INS_QUALIFIEE = Regle(
    "DOS-ENVOI-06",
    "Rien ne part au DMP pour un patient dont l'INS n'est pas qualifiée",
    REM_BIO.format("DMP/HISTO.05 et INS/va1.59"),
    Confiance.OFFICIELLE,
    "Bloquez l'envoi au DMP tant que l'identité n'est pas qualifiée.",
)
R_STATUT_CR = Regle(
    "DOS-CRBIO-01",
    "Le compte rendu envoyé est un CR-Bio structuré qui dit s'il est partiel ou complet",
    f"{REM_BIO.format('DMP/va1.15')} ; volet Compte rendu d'examens de biologie, statut active ou completed",
    Confiance.OFFICIELLE,
    "Envoyez le compte rendu au volet CR-Bio : statut active tant qu'un résultat manque, completed ensuite.",
)
R_RESULTATS = Regle(
    "DOS-CRBIO-02",
    "Le compte rendu envoyé porte les résultats validés",
    REM_BIO.format("DMP/va1.15 et DMP/va1.23"),
    Confiance.OFFICIELLE,
    "Envoyez la version validée du compte rendu, avec tous ses résultats.",
)


@verification(R_ENVOI_AUTOMATIQUE, R_ENVOI_CR, R_ENVOI_ANCIEN)
def envoi_observe(regle: Regle, document: DocumentSoumis | None, quoi: str, recu: str) -> Constat:
    """Le DMP a enregistré le document ; `recu` : ce que le logiciel a dit de l'envoi."""
    if document is None:
        return regle.enfreinte(
            f"{quoi} : le DMP n'a rien enregistré", attendu="un envoi accepté par le DMP", recu=recu, ou=ENTREPOT
        )
    return regle.respectee(f"{quoi} : enregistré", recu=document.unique_id, ou=ENTREPOT, echanges=(document.echange,))


@verification(R_CONTENU_RECU)
def contenu_recu_envoye(document: DocumentSoumis, *, type_code: str, matricule: str, repere: str) -> Constat:
    """CDA de niveau 1, du même type et du même patient, où se lit `repere`, écrit dans le seul document reçu."""
    cda, echanges = document.cda, (document.echange,)
    if cda is None:
        return R_CONTENU_RECU.enfreinte(
            "le document envoyé n'est pas un CDA lisible",
            attendu="un CDA R2 de niveau 1",
            recu="illisible",
            ou="document envoyé",
            echanges=echanges,
        )
    ecarts = []
    if niveau(cda) != "N1":
        ecarts.append(f"niveau {niveau(cda) or 'inconnu'}")
    if cda.code is None or cda.code.code != type_code:
        ecarts.append(f"type {cda.code}")
    if cda.patient.ins is None or cda.patient.ins.extension != matricule:
        ecarts.append(f"patient {cda.patient.ins}")
    lu, texte = _texte_du_corps(document)
    if not ecarts and not lu:
        return R_CONTENU_RECU.a_regarder(
            "le corps du document envoyé ne se lit pas comme du texte : comparez-le au document reçu",
            recu=texte,
            ou="ClinicalDocument/component/nonXMLBody",
        )
    if lu and repere not in texte:
        ecarts.append(f"corps où « {repere} » ne se lit pas")
    return juger(
        R_CONTENU_RECU,
        not ecarts,
        "le document envoyé n'est pas le document reçu en CDA R2 niveau 1",
        attendu=f"niveau N1, type {type_code}, patient {matricule}, « {repere} » dans le corps",
        recu=", ".join(ecarts) or f"N1, {type_code}, {matricule}",
        ou="document envoyé",
        echanges=echanges,
    )


def _texte_du_corps(document: DocumentSoumis) -> tuple[bool, str]:
    """(vrai si le corps a pu être lu, son texte) ; le texte d'un PDF est lu sans ses espaces de mise en page."""
    contenu = document.cda.contenu if document.cda else None
    octets = decoder(contenu) if contenu is not None and contenu.representation == "B64" else None
    if contenu is None:
        return False, "aucun contenu"
    if octets is None:
        return True, contenu.texte
    if octets.startswith(b"%PDF"):
        try:
            return True, " ".join(lire_pdf(octets).texte.split())
        except PdfIllisible as erreur:
            return False, str(erreur)
    if contenu.media_type.startswith("text/"):
        return True, octets.decode("utf-8", "replace")
    return False, contenu.media_type


@verification(R_STATUT_CR, R_RESULTATS)
def compte_rendu_envoye(
    document: DocumentSoumis, *, partiel: bool, analyses: Sequence[Mapping[str, Any]]
) -> list[Constat]:
    """CR-Bio structuré, au bon statut, où chaque résultat validé se retrouve (code LOINC et valeur)."""
    cda, echanges = document.cda, (document.echange,)
    attendu = "active" if partiel else "completed"
    code = cda.code.code if cda is not None and cda.code is not None else ""
    recu = (
        f"type {code or 'inconnu'}, {niveau(cda) or 'sans corps'}, statut {statut_compte_rendu(cda) or 'absent'}"
        if cda
        else "CDA illisible"
    )
    return [
        juger(
            R_STATUT_CR,
            cda is not None and code == TYPE_CR_BIO and niveau(cda) == "N3" and statut_compte_rendu(cda) == attendu,
            "le document envoyé n'est pas un CR-Bio structuré au statut attendu",
            attendu=f"type {TYPE_CR_BIO}, N3, statut {attendu}",
            recu=recu,
            ou="CDA envoyé",
            echanges=echanges,
        ),
        _resultats_envoyes(document, analyses),
    ]


def _resultats_envoyes(document: DocumentSoumis, analyses: Sequence[Mapping[str, Any]]) -> Constat:
    """Chaque valeur validée est celle d'une observation de ce code : ailleurs dans le document, elle ne prouve rien."""
    valides = [
        Resultat(str(a["code"]), str(a.get("libelle") or ""), str(a["valeur"]), str(a.get("unite") or ""))
        for a in analyses
        if a["valeur"] is not None
    ]
    if not valides:
        return R_RESULTATS.sans_objet("aucun résultat validé : rien à retrouver dans le compte rendu envoyé")
    try:
        observations = lire_corps(document.octets or b"").observations
    except CdaIllisible:
        observations = ()
    portes = {r: [o for o in observations if porte(o, r)] for r in valides}
    absents = [r for r in valides if not any(r.code in o.codes for o in portes[r])]
    if absents and all(any(r.libelle and contient(plier(o.libelle), r.libelle) for o in portes[r]) for r in absents):
        return R_RESULTATS.a_regarder(
            f"structurés sous un autre code que celui qui a été saisi : {', '.join(r.ecrit for r in absents)}",
            recu=" ; ".join(decrire(o) for r in absents for o in portes[r]),
            ou="CDA envoyé",
        )
    return juger(
        R_RESULTATS,
        not absents,
        "des résultats validés manquent au compte rendu envoyé",
        attendu=", ".join(f"{r.code} {r.ecrit}" for r in valides),
        recu=f"absents : {', '.join(r.ecrit for r in absents)}" if absents else "tous présents",
        ou="CDA envoyé",
        echanges=(document.echange,),
    )


@verification(R_CHOISI_SEUL)
def envoyes_exactement(envoyes: Sequence[str], choisis: Sequence[str]) -> Constat:
    """Les documents que le DMP a reçus sont ceux qui ont été choisis. Les deux listes nomment des documents."""
    if not choisis:
        return R_CHOISI_SEUL.sans_objet("aucun document choisi")
    return juger(
        R_CHOISI_SEUL,
        sorted(envoyes) == sorted(choisis),
        "les documents envoyés ne sont pas ceux que l'utilisateur a choisis",
        attendu=", ".join(choisis),
        recu=", ".join(envoyes) or "aucun",
        ou=ENTREPOT,
    )


@verification(R_INS_QUALIFIEE)
def envoi_empeche(envois: Sequence[int], resultat: str, *, temoins: Sequence[int], quoi: str) -> Constat:
    """Aucun envoi sans INS qualifiée, alors que le logiciel envoie quand elle l'est (`temoins`)."""
    if not temoins:
        return R_INS_QUALIFIEE.sans_objet("aucun envoi pour une identité qualifiée : le blocage ne prouve rien")
    return juger(
        R_INS_QUALIFIEE,
        not envois and resultat != "fait",
        f"{quoi} : l'envoi n'a pas été empêché",
        attendu="aucun envoi, et un refus dit à l'utilisateur",
        recu=f"{len(envois)} envoi(s), logiciel : {resultat}",
        ou="échanges avec le DMP",
        echanges=tuple(envois) or tuple(temoins),
    )
