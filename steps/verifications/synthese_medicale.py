"""Volet de synthèse médicale : forme, sections, données du dossier, préremplissage ; rappels de mise à jour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lxml import etree

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import comparable
from steps.verifications.cda import CdaIllisible, lire_cda, niveau
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.lecture import lire_document
from steps.verifications.registre import verification

_REM = "REM LGC, exigence {} (travaux de concertation 2023)"
_EXEMPLE = "CI-SIS, exemple annoté VSM_1.4_2022.01 (cardinalités des sections)"
_NS = {"h": "urn:hl7-org:v3"}
_MODELE = "1.2.250.1.213.1.1.1.13"
_TYPES = (("SYNTH", "1.2.250.1.213.1.1.4.12"), ("60591-5", "2.16.840.1.113883.6.1"))
_SECTIONS = {
    "46612-8": "pathologies, antécédents, allergies et facteurs de risque",
    "30954-2": "points de vigilance",
    "18776-5": "traitement au long cours",
}
_RUBRIQUES = {
    "pathologies": ("11450-4",),
    "antecedents": ("11348-0", "47519-4"),
    "allergies": ("48765-2",),
    "facteurs_de_risque": ("57207-3", "29762-2", "10161-8", "10157-6"),
    "points_de_vigilance": ("30954-2",),
    "traitements": ("18776-5", "10160-0"),
}

R_FORME = Regle(
    "VSM-STR-01",
    "Le volet de synthèse médicale est un CDA R2 N3 de son type, qui nomme son modèle",
    f"{_REM.format('LGC.DOC/va1.14')} ; {_EXEMPLE}",
    Confiance.DOCUMENTEE,
    "Produisez un corps structuré, au type SYNTH et au modèle 1.2.250.1.213.1.1.1.13.",
)
R_SECTIONS = Regle(
    "VSM-STR-02",
    "Le volet de synthèse médicale a ses trois sections obligatoires",
    _EXEMPLE,
    Confiance.DOCUMENTEE,
    "Écrivez les sections 46612-8, 30954-2 et 18776-5, une fois chacune, même sans donnée.",
)
R_DONNEES = Regle(
    "VSM-DON-01",
    "Chaque donnée structurée du dossier est dans le volet généré",
    _REM.format("LGC.DOC/va1.14 et LGC.DOC.03"),
    Confiance.OFFICIELLE,
    "Reprenez toutes les données du dossier, telles qu'elles y sont.",
)
R_RANGEES = Regle(
    "VSM-DON-02",
    "Chaque donnée est dans la section de sa rubrique",
    _EXEMPLE,
    Confiance.DOCUMENTEE,
    "Rangez chaque donnée dans la section du volet qui lui est consacrée.",
)
R_RIEN_D_AUTRE = Regle(
    "VSM-DON-03",
    "Le volet ne porte ni ce qui en a été retiré, ni les données d'un autre patient",
    _REM.format("LGC.DOC.03"),
    Confiance.OFFICIELLE,
    "Générez le volet d'après ce que le professionnel a gardé, pour ce patient seul.",
)
R_PREREMPLI = Regle(
    "VSM-PRE-01",
    "Le volet s'ouvre rempli d'avance des données du dossier",
    _REM.format("LGC.DOC.03"),
    Confiance.OFFICIELLE,
    "Remplissez d'avance chaque rubrique avec les données structurées du dossier.",
)
R_INTEROP = Regle(
    "VSM-STR-03",
    "Le volet est validé par l'espace de tests d'interopérabilité",
    _REM.format("LGC.DOC/va1.14"),
    Confiance.OFFICIELLE,
    "Joignez le lien permanent du rapport : le banc ne juge pas les entrées codées de ce volet.",
)
R_REGLE = Regle(
    "VSM-RAP-01",
    "Un rappel se retrouve tel que réglé ou modifié : critère, périodicité, affichage",
    _REM.format("LGC.DOC/va1.11 et LGC.DOC/va1.13"),
    Confiance.OFFICIELLE,
    "Laissez régler et modifier le critère (diagnostic, protocole, ALD), la périodicité et l'affichage.",
)
R_CONCERNES = Regle(
    "VSM-RAP-02",
    "La liste des synthèses à mettre à jour suit les rappels réglés",
    _REM.format("LGC.DOC/va1.11"),
    Confiance.OFFICIELLE,
    "Listez les patients qui répondent à un critère, et eux seuls.",
)

R_PERIODE = Regle(
    "VSM-RAP-03",
    "Une synthèse plus jeune que la période du rappel n'est pas à mettre à jour",
    f"{_REM.format('LGC.DOC/va1.11')} ; la période s'entend depuis la dernière synthèse",
    Confiance.DEDUITE,
    "Comptez la période d'un rappel depuis la dernière synthèse du patient.",
)


@verification(R_FORME, R_SECTIONS)
def volet_structure(cda: bytes, quoi: str) -> list[Constat]:
    """Niveau 3, type, modèle, trois sections."""
    try:
        lu = lire_cda(cda)
    except CdaIllisible as erreur:
        return [
            R_FORME.enfreinte(f"{quoi} n'est pas un CDA lisible", attendu="un CDA R2 N3", recu=str(erreur), ou=quoi)
        ]
    code = (lu.code.code, lu.code.systeme) if lu.code else ("", "")
    modeles = [modele.racine for modele in lu.template_ids]
    codes = [s.get("code", "") for s in lire_document(cda).iterfind(".//h:section/h:code", _NS)]
    manquent = [f"{c} ({libelle})" for c, libelle in _SECTIONS.items() if codes.count(c) != 1]
    return [
        juger(
            R_FORME,
            niveau(lu) == "N3" and code in _TYPES and _MODELE in modeles,
            f"{quoi} n'a pas la forme d'un volet de synthèse médicale",
            attendu=f"N3, type SYNTH ou 60591-5, modèle {_MODELE}",
            recu=f"{niveau(lu) or 'niveau inconnu'}, type {code[0] or 'absent'}, modèles {', '.join(modeles)}",
            ou=quoi,
        ),
        juger(
            R_SECTIONS,
            not manquent,
            f"{quoi} n'a pas, une fois chacune, ses sections obligatoires",
            attendu=", ".join(_SECTIONS),
            recu=f"en défaut : {', '.join(manquent)}" if manquent else ", ".join(_SECTIONS),
            ou=quoi,
        ),
    ]


@verification(R_DONNEES, R_RANGEES)
def donnees_portees(cda: bytes, rubriques: Mapping[str, Sequence[str]], quoi: str) -> list[Constat]:
    """`rubriques` : ce que le dossier porte, par rubrique. Chaque donnée se lit dans la section de la sienne."""
    sections = _textes(cda)
    partout = comparable(" ".join(texte for _, texte in sections))
    voulues = [(rubrique, donnee) for rubrique, donnees in rubriques.items() for donnee in donnees]
    absentes = [donnee for _, donnee in voulues if comparable(donnee) not in partout]
    ailleurs = [
        f"{donnee} ({rubrique})"
        for rubrique, donnee in voulues
        if donnee not in absentes
        and not any(comparable(donnee) in texte for code, texte in sections if code in _RUBRIQUES[rubrique])
    ]
    if not voulues:
        return [R_DONNEES.sans_objet("le dossier n'a aucune donnée")]
    return [
        juger(
            R_DONNEES,
            not absentes,
            f"{quoi} : des données du dossier manquent",
            attendu=", ".join(donnee for _, donnee in voulues),
            recu=f"absentes : {', '.join(absentes)}" if absentes else "toutes y sont",
            ou=quoi,
        ),
        juger(
            R_RANGEES,
            not ailleurs,
            f"{quoi} : des données ne sont pas dans leur section",
            attendu="chaque donnée dans la section de sa rubrique",
            recu=", ".join(ailleurs) or "chacune dans la sienne",
            ou=quoi,
        ),
    ]


@verification(R_RIEN_D_AUTRE)
def rien_d_autre(cda: bytes, interdites: Sequence[str], temoins: Sequence[str], quoi: str) -> Constat:
    """Aucune donnée interdite ; l'absence n'est crue que si une des données gardées (`temoins`) se lit."""
    texte = comparable(" ".join(lu for _, lu in _textes(cda)))
    if not any(comparable(temoin) in texte for temoin in temoins):
        return R_RIEN_D_AUTRE.sans_objet(f"{quoi} : rien de ce qui devait y être ne s'y lit")
    vues = [donnee for donnee in interdites if comparable(donnee) in texte]
    return juger(
        R_RIEN_D_AUTRE,
        not vues,
        f"{quoi} porte ce qui ne doit pas y être",
        attendu=f"aucune de : {', '.join(interdites)}",
        recu=", ".join(vues) or "aucune",
        ou=quoi,
    )


@verification(R_PREREMPLI)
def prerempli(
    champs: Mapping[str, Any], rubriques: Mapping[str, Sequence[str]], d_un_autre: Sequence[str], quoi: str
) -> Constat:
    """`champs` : ce que le logiciel a rempli. Chaque donnée du dossier y est, aucune de celles d'un autre patient."""
    remplis = {nom: comparable(" ; ".join(map(str, _liste(valeur)))) for nom, valeur in champs.items()}
    absentes = [d for nom, donnees in rubriques.items() for d in donnees if comparable(d) not in remplis.get(nom, "")]
    intruses = [d for d in d_un_autre if any(comparable(d) in texte for texte in remplis.values())]
    return juger(
        R_PREREMPLI,
        not absentes and not intruses,
        f"{quoi} ne s'ouvre pas rempli du dossier du patient",
        attendu=", ".join([*(d for donnees in rubriques.values() for d in donnees), "rien d'un autre patient"]),
        recu=f"absentes : {', '.join(absentes) or 'aucune'} ; d'un autre patient : {', '.join(intruses) or 'aucune'}",
        ou=quoi,
    )


@verification(R_REGLE)
def rappel_tenu(voulu: Mapping[str, Any], montres: Sequence[Mapping[str, Any]], quoi: str) -> Constat:
    """Le rappel de cet identifiant, ou à défaut de ce critère, tel que la liste des rappels le montre ensuite.

    L'affichage, dont l'exigence ne donne que des exemples, se regarde quand le logiciel ne le redit pas.
    """
    connu = voulu.get("rappel_id")
    montre = next(
        (m for m in montres if (m.get("rappel_id") == connu if connu else _critere(m) == _critere(voulu))), None
    )
    ecarts = [
        f"{champ} {montre.get(champ)!r}"
        for champ in ("critere", "periodicite_jours", "affichage")
        if montre is not None
        and (_critere(montre) != _critere(voulu) if champ == "critere" else montre.get(champ) != voulu[champ])
    ]
    if montre is not None and len(ecarts) == 1 and montre.get("affichage") is None:
        return R_REGLE.a_regarder(
            f"le rappel « {quoi} » est réglé, sans qu'il soit relevé où il s'affiche : montrez-le",
            recu=str(dict(montre)),
            ou="rappels réglés",
        )
    return juger(
        R_REGLE,
        montre is not None and not ecarts,
        f"le rappel « {quoi} » n'est pas celui qui a été réglé",
        attendu=f"{voulu['critere']}, tous les {voulu['periodicite_jours']} jours, {voulu['affichage']}",
        recu="absent" if montre is None else ", ".join(ecarts) or "tel que réglé",
        ou="rappels réglés",
    )


def _critere(rappel: Mapping[str, Any]) -> tuple[str, str]:
    critere = rappel.get("critere")
    lu: Mapping[str, Any] = critere if isinstance(critere, Mapping) else {}
    return str(lu.get("genre") or ""), comparable(str(lu.get("valeur") or ""))


@verification(R_PERIODE)
def synthese_recente(recents: Sequence[str], concernes: Sequence[str], montres: Sequence[str]) -> Constat:
    """`recents` : patients d'un critère, à la synthèse plus jeune que la période ; cru si un des `concernes` y est."""
    if not any(patient in montres for patient in concernes):
        return R_PERIODE.sans_objet("aucun patient concerné n'est dans la liste : l'absence ne prouve rien")
    de_trop = [patient for patient in recents if patient in montres]
    return juger(
        R_PERIODE,
        not de_trop,
        "une synthèse plus jeune que la période du rappel est dite à mettre à jour",
        attendu="hors de la liste",
        recu=f"{len(de_trop)} de trop" if de_trop else "hors de la liste",
        ou="synthèses à mettre à jour",
    )


@verification(R_CONCERNES)
def patients_concernes(concernes: Sequence[str], autres: Sequence[str], montres: Sequence[str]) -> Constat:
    """Patients qui répondent à un critère, et patients qui ne répondent à aucun ; les autres ne sont pas jugés."""
    manquent = [patient for patient in concernes if patient not in montres]
    de_trop = [patient for patient in autres if patient in montres]
    return juger(
        R_CONCERNES,
        not manquent and not de_trop,
        "la liste des synthèses à mettre à jour ne suit pas les rappels",
        attendu=f"{len(concernes)} patient(s), sans {len(autres)} autre(s)",
        recu=f"{len(manquent)} absent(s), {len(de_trop)} de trop",
        ou="synthèses à mettre à jour",
    )


def _textes(cda: bytes) -> list[tuple[str, str]]:
    """(code, texte) de chaque section, sous-sections comprises."""
    return [(_code(s), comparable(" ".join(_morceaux(s)))) for s in lire_document(cda).iterfind(".//h:section", _NS)]


def _code(section: etree._Element) -> str:
    code = section.find("h:code", _NS)
    return code.get("code", "") if code is not None else ""


def _morceaux(section: etree._Element) -> Iterable[str]:
    for recit in section.iterfind(".//h:text", _NS):
        yield from map(str, recit.itertext())


def _liste(valeur: Any) -> Sequence[Any]:
    return valeur if isinstance(valeur, list | tuple) else (valeur,)
