"""Règles sur les envois au DMP : ce qui doit y arriver, sous quelle forme, ce qui ne part pas, ce qui est montré."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.ebrim import APPROVED, DELETED, DEPRECATED
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

_ENTREPOT = "registre du DMP"

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
R_EN_VIGUEUR = Regle(
    "DOS-REGISTRE-01",
    "Après une mise à jour, seule la nouvelle version est en vigueur dans le DMP",
    REM_BIO.format("DMP/va1.15 et DMP/va1.23"),
    Confiance.OFFICIELLE,
    "Remplacez la version précédente : relatedDocument RPLC dans le CDA et association RPLC dans le lot.",
)
R_SUPPRIME = Regle(
    "DOS-REGISTRE-02",
    "Le document que l'utilisateur supprime disparaît du DMP, et lui seul",
    REM_BIO.format("DMP/CONF.03 et DMP/va1.23"),
    Confiance.OFFICIELLE,
    "Transmettez la suppression au DMP (TD3.3c) pour ce document.",
)
R_DOCUMENTATION = Regle(
    "DOS-NOTICE-01",
    "La documentation explique comment supprimer un document du DMP",
    REM_BIO.format("DMP/CONF.03"),
    Confiance.OFFICIELLE,
    "Décrivez dans la documentation du logiciel la marche à suivre pour supprimer un document du DMP.",
)
R_ETAT = Regle(
    "DOS-ETAT-01",
    "L'état d'envoi montré pour chaque document est celui du DMP",
    REM_BIO.format("DMP/HISTO.01"),
    Confiance.OFFICIELLE,
    "Montrez « envoyé » pour les documents que le DMP a enregistrés, et pour eux seuls.",
)
R_ETAT_VISIBLE = Regle(
    "DOS-ETAT-02",
    "L'état d'envoi au DMP est visible de l'utilisateur",
    REM_BIO.format("DMP/HISTO.01"),
    Confiance.OFFICIELLE,
    "Affichez l'état d'envoi au DMP dans la liste des documents du patient.",
)
R_CODE_ERREUR = Regle(
    "DOS-ETAT-03",
    "Le code d'erreur rendu par le DMP est montré à l'utilisateur",
    "Guide d'intégration DMP (SEL-MP-037), traitement des erreurs",
    Confiance.SECONDAIRE,
    "Montrez à l'utilisateur le code d'erreur du DMP avec son explication.",
)


@verification(R_ENVOI_AUTOMATIQUE, R_ENVOI_CR, R_ENVOI_ANCIEN)
def envoi_observe(regle: Regle, document: DocumentSoumis | None, quoi: str, recu: str) -> Constat:
    """Le DMP a enregistré le document ; `recu` : ce que le logiciel a dit de l'envoi."""
    if document is None:
        return regle.enfreinte(
            f"{quoi} : le DMP n'a rien enregistré", attendu="un envoi accepté par le DMP", recu=recu, ou=_ENTREPOT
        )
    return regle.respectee(f"{quoi} : enregistré", recu=document.unique_id, ou=_ENTREPOT, echanges=(document.echange,))


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


@verification(R_EN_VIGUEUR)
def version_en_vigueur(statuts: Mapping[str, str], ancien: str, nouveau: str) -> Constat:
    """Registre après la mise à jour. `statuts` : uniqueId → statut de la fiche courante."""
    return juger(
        R_EN_VIGUEUR,
        statuts.get(ancien) == DEPRECATED and statuts.get(nouveau) == APPROVED,
        "le DMP ne tient pas la nouvelle version pour seule en vigueur",
        attendu=f"{ancien} remplacé, {nouveau} en vigueur",
        recu=f"{ancien} : {_statut(statuts.get(ancien))}, {nouveau} : {_statut(statuts.get(nouveau))}",
        ou=_ENTREPOT,
    )


@verification(R_SUPPRIME)
def document_supprime(
    avant: Mapping[str, str], apres: Mapping[str, str], supprimes: Sequence[str], recu: str
) -> Constat:
    """Le document est supprimé du registre ; aucun autre n'a changé. `avant`, `apres` : uniqueId → statut."""
    restes = [unique_id for unique_id in supprimes if apres.get(unique_id) != DELETED]
    touches = [u for u, statut in avant.items() if u not in supprimes and apres.get(u) != statut]
    if not supprimes or not set(supprimes) <= set(avant):
        return R_SUPPRIME.sans_objet("le document à supprimer n'était pas dans le DMP")
    faits = [f"{u} : {_statut(apres.get(u))}" for u in (restes or list(supprimes)) + touches]
    return juger(
        R_SUPPRIME,
        not restes and not touches,
        "la suppression demandée n'est pas celle que le DMP a enregistrée",
        attendu=f"{', '.join(supprimes)} supprimé, les {len(avant) - len(supprimes)} autres inchangés",
        recu=f"{', '.join(faits)} ; logiciel : {recu}",
        ou=_ENTREPOT,
    )


def _statut(statut: str | None) -> str:
    noms = {APPROVED: "en vigueur", DEPRECATED: "remplacé", DELETED: "supprimé"}
    return "absent" if statut is None else noms.get(statut, statut)


@verification(R_DOCUMENTATION)
def documentation_de_la_suppression(titre: str, contenu: str) -> Constat:
    """La documentation parle de supprimer, du DMP, et dit comment ; d'autres mots que ceux-là sont à lire."""
    texte = f"{titre} {contenu}".lower()
    manques = []
    if not any(racine in texte for racine in ("supprim", "suppress")):
        manques.append("la suppression")
    if not any(nom in texte for nom in ("dmp", "dossier médical partagé")):
        manques.append("le DMP")
    if len(contenu.split()) < 20:
        manques.append("la marche à suivre (moins de vingt mots)")
    if manques and contenu.strip():
        # D'autres mots, ou une notice illustrée, peuvent convenir : le banc ne sait pas le dire.
        return R_DOCUMENTATION.a_regarder(
            f"le banc ne reconnaît pas dans la documentation : {', '.join(manques)} ; une personne la lit",
            recu=contenu[:200],
            ou="documentation du logiciel",
        )
    return juger(
        R_DOCUMENTATION,
        not manques,
        "la documentation n'explique pas la suppression : elle est vide",
        attendu="la marche à suivre pour supprimer un document du DMP",
        recu=contenu[:200] or "rien",
        ou="documentation du logiciel",
    )


@verification(R_ETAT, R_ETAT_VISIBLE)
def etats_montres(documents: Sequence[Mapping[str, Any]], attendus: Mapping[str, bool]) -> list[Constat]:
    """`attendus` : document_id → vrai si le DMP l'a enregistré, d'après le registre."""
    montres = {str(d.get("document_id")): d for d in documents}
    etats = {i: str(montres[i].get("etat_dmp") or "non dit") if i in montres else "non montré" for i in attendus}
    faux = [i for i, envoye in attendus.items() if (etats[i] == "alimente") is not envoye or i not in montres]
    caches = [i for i in attendus if not montres.get(i, {}).get("visible_utilisateur")]
    return [
        juger(
            R_ETAT,
            not faux,
            "l'état d'envoi montré n'est pas celui du DMP",
            attendu=", ".join(f"{i} : {'envoyé' if e else 'non envoyé'}" for i, e in attendus.items()),
            recu=", ".join(f"{i} : {etat}" for i, etat in etats.items()),
            ou="liste des documents du patient",
        ),
        juger(
            R_ETAT_VISIBLE,
            not caches,
            "l'état d'envoi n'est pas montré à l'utilisateur",
            attendu="un état visible pour chaque document",
            recu=f"invisible pour {', '.join(caches)}" if caches else "visible",
            ou="liste des documents du patient",
        ),
    ]


@verification(R_CODE_ERREUR)
def code_montre(code: str, messages: Sequence[str], code_erreur: Any, echanges: tuple[int, ...]) -> Constat:
    """Le code de la réponse du DMP se lit dans ce que le logiciel montre."""
    if not code:
        return R_CODE_ERREUR.sans_objet("le DMP n'a refusé aucun envoi")
    return juger(
        R_CODE_ERREUR,
        code_erreur == code or any(code in message for message in messages),
        "le code d'erreur du DMP n'est pas montré",
        attendu=code,
        recu=f"{code_erreur or 'aucun code'} ; {' ; '.join(messages)}",
        ou="réponse du logiciel",
        echanges=echanges,
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
        ou=_ENTREPOT,
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
