"""Règles sur un document de sortie avant sa validation : prérempli, corrigé, destinataires, liste de travail."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.lecture import lire_cda
from steps.verifications.cda.surete import CdaIllisible
from steps.verifications.compte_rendu.destinataires import Destinataire
from steps.verifications.compte_rendu.textes import contient, plier
from steps.verifications.mssante.dossier_lecture import DocumentLu
from steps.verifications.pdf.positions import lettres
from steps.verifications.registre import verification

_REM = "REM DPI, exigence {} (travaux de concertation 2023)"
_ECRAN = "écran du document préparé"
_LISTE = "liste de travail des documents en attente"
_MOT = re.compile(r"[^\W\d_]{4,}|\d{2,}")
Elements = Sequence[Mapping[str, str]]
"""Éléments saisis ou montrés, en « rubrique » (ou « titre ») et « texte »."""


def _regle(code: str, titre: str, exigence: str, a_faire: str) -> Regle:
    return Regle(f"HOP-{code}", titre, _REM.format(exigence), Confiance.OFFICIELLE, a_faire)


R_PREREMPLI = _regle(
    "PRE-01", "Un document de sortie reprend de lui-même ce qui est déjà saisi au dossier", "DPI.HOP/va1.07",
    "Préremplissez chaque rubrique de la lettre avec les saisies de l'équipe de soins.",
)  # fmt: skip
R_DU_PATIENT = _regle(
    "PRE-02", "Un document de sortie ne reprend rien du dossier d'un autre patient", "DPI.HOP/va1.07",
    "Ne tirez le contenu que du dossier du patient du document.",
)  # fmt: skip
R_MAQUETTE = _regle(
    "PRE-03", "Le contenu prérempli suit la maquette réglée", "DPI.HOP/va1.07",
    "Laissez l'administrateur choisir, par type de document, les rubriques préremplies.",
)  # fmt: skip
R_MODIFIABLE = _regle(
    "MOD-01", "Un texte prérempli se corrige à la main, et la correction reste", "DPI.HOP/va1.03",
    "Ne verrouillez aucun champ avant la validation, et enregistrez ce que le rédacteur écrit.",
)  # fmt: skip
R_CORRIGE = _regle(
    "MOD-02", "Le document validé porte la correction, et plus le texte qu'elle remplace", "DPI.HOP/va1.03",
    "Produisez le document à partir du texte que le rédacteur a laissé.",
)  # fmt: skip
R_ADRESSES = _regle(
    "LST-01", "Les destinataires prévus sont montrés, chacun avec son adresse", "DPI.HOP/va1.05",
    "Affichez à la génération du document la liste de ses destinataires et leurs adresses.",
)  # fmt: skip
R_ATTENTE = _regle(
    "ATT-01", "La liste de travail montre chaque document en attente, avec son statut", "DPI.HOP/va1.08",
    "Listez tous les documents en attente de validation, et dites où chacun en est.",
)  # fmt: skip
R_FILTRE = _regle(
    "ATT-02", "La liste d'un professionnel, d'un service ou d'un statut ne montre que les siens", "DPI.HOP/va1.08",
    "Filtrez la liste par professionnel, par service et par statut.",
)  # fmt: skip
R_SORTI = _regle(
    "ATT-03", "Un document validé quitte la liste des documents en attente", "DPI.HOP/va1.08",
    "Retirez de la liste un document dès qu'il est validé.",
)  # fmt: skip


# ------------------------------------------------------------------ prérempli
@verification(R_PREREMPLI)
def preremplis(montrees: Elements | None, saisis: Elements, quoi: str) -> Constat:
    """Chaque saisie se lit dans les sections proposées ; reprise en d'autres mots, une personne compare."""
    if montrees is None or not saisis:
        return R_PREREMPLI.sans_objet(f"rien de saisi ou rien de relevé pour {quoi}")
    texte = _texte(montrees)
    absents = [e["texte"] for e in saisis if not contient(texte, e["texte"]) and not _reste(texte, e, saisis)]
    if absents:
        return R_PREREMPLI.enfreinte(
            f"{quoi} ne reprend pas tout ce qui est saisi au dossier", attendu=" ; ".join(absents),
            recu=texte[:400] or "rien", ou=_ECRAN,
        )  # fmt: skip
    reecrits = [e["texte"] for e in saisis if not contient(texte, e["texte"])]
    if reecrits:
        return R_PREREMPLI.a_regarder(
            f"{quoi} : repris en d'autres mots, à comparer : {' ; '.join(reecrits)}", recu=texte[:400], ou=_ECRAN
        )
    return R_PREREMPLI.respectee(recu=f"{len(saisis)} éléments repris", ou=_ECRAN)


def _reste(texte: str, element: Mapping[str, str], tous: Elements) -> bool:
    """Au moins un mot ou un nombre que cet élément est seul à porter se lit encore."""
    autres = plier(" ".join(e["texte"] for e in tous if e is not element))
    mots = _MOT.findall(element["texte"])
    propres = [mot for mot in mots if not contient(autres, mot)]
    return any(contient(texte, mot) for mot in propres or mots)


def _texte(sections: Elements) -> str:
    return plier(" ".join(f"{s.get('titre', '')} {s.get('texte', '')}" for s in sections))


@verification(R_DU_PATIENT)
def rien_d_un_autre(montrees: Elements | None, siens: Elements, etrangers: Elements, quoi: str) -> Constat:
    """Aucune saisie d'un autre dossier ; cru seulement si l'une des siennes se lit."""
    texte = _texte(montrees or ())
    intrus = [e["texte"] for e in etrangers if contient(texte, e["texte"])]
    if not intrus and not any(contient(texte, e["texte"]) for e in siens):
        return R_DU_PATIENT.sans_objet(f"rien ne montre que {quoi} reprend le dossier de son patient")
    return juger(
        R_DU_PATIENT, not intrus, f"{quoi} reprend le dossier d'un autre patient",
        attendu="les seules saisies de son patient", recu=" ; ".join(intrus) or f"{len(siens)} saisies des siennes",
        ou=_ECRAN,
    )  # fmt: skip


@verification(R_MAQUETTE)
def maquette_suivie(
    resultat: str, recu: str, montrees: Elements | None, gardes: Elements, retires: Elements, quoi: str
) -> Constat:
    """`resultat` : du réglage ; la rubrique retirée de la maquette n'est plus reprise, les autres le sont."""
    if resultat == "refuse":
        return R_MAQUETTE.enfreinte("la maquette ne se règle pas", attendu="fait", recu=recu, ou="paramétrage")
    if resultat != "fait" or montrees is None:
        return R_MAQUETTE.a_regarder(f"la maquette de {quoi} n'a pas été réglée ici : une personne la règle", recu=recu)
    texte = _texte(montrees)
    if not any(contient(texte, e["texte"]) for e in gardes):
        return R_MAQUETTE.sans_objet(f"rien ne montre que {quoi} reprend le dossier de son patient")
    restes = [e["texte"] for e in retires if contient(texte, e["texte"])]
    return juger(
        R_MAQUETTE, not restes, f"{quoi} reprend une rubrique que la maquette n'a plus",
        attendu=f"sans « {' ; '.join(e['texte'] for e in retires)} »", recu=" ; ".join(restes) or "rubrique absente",
        ou=_ECRAN,
    )  # fmt: skip


# --------------------------------------------------------------------- corrigé
@verification(R_MODIFIABLE)
def correction_gardee(resultat: str, recu: str, relues: Elements | None, correction: str, quoi: str) -> Constat:
    """La modification est admise, et se lit encore quand le document est rouvert."""
    if resultat != "refuse" and relues is None:
        return R_MODIFIABLE.sans_objet(f"{quoi} n'a pas été relu après sa modification : {recu}")
    texte = _texte(relues or ())
    return juger(
        R_MODIFIABLE, resultat == "fait" and contient(texte, correction), f"{quoi} ne garde pas la correction",
        attendu=f"« {correction} »", recu=f"{recu} ; {texte[:300] or 'rien de relu'}", ou=_ECRAN,
    )  # fmt: skip


@verification(R_CORRIGE)
def correction_validee(octets: bytes, correction: str, remplace: str, temoin: str, quoi: str) -> Constat:
    """Le CDA validé, PDF compris, porte la correction et non le texte remplacé ; `temoin` : le nom du patient."""
    try:
        lu = DocumentLu(quoi, octets, lire_cda(octets))
    except CdaIllisible as erreur:
        return R_CORRIGE.sans_objet(f"{quoi} ne se lit pas : {erreur}")
    texte = plier(lu.texte)
    if lu.muet or not contient(texte, temoin):
        return R_CORRIGE.a_regarder(f"rien ne s'extrait de {quoi} : une personne y cherche la correction", ou=quoi)
    porte = contient(texte, correction)
    # La correction peut reprendre les mots qu'elle remplace : ils ne se cherchent qu'ailleurs.
    reste = bool(remplace) and contient(texte.replace(plier(correction), " "), remplace)
    return juger(
        R_CORRIGE, porte and not reste, f"{quoi} n'est pas le texte que le rédacteur a laissé",
        attendu=f"« {correction} »" + (f", et non « {remplace} »" if remplace else ""),
        recu=f"correction {'lue' if porte else 'absente'}, texte remplacé {'encore lu' if reste else 'absent'}",
        ou=quoi,
    )  # fmt: skip


# ---------------------------------------------------------------- destinataires
@verification(R_ADRESSES)
def adresses_montrees(
    montres: Sequence[Mapping[str, str]] | None, prevus: Sequence[Destinataire], quoi: str
) -> Constat:
    """Chaque destinataire montré a son adresse, la sienne ; l'un des correspondants manque : une personne regarde."""
    if montres is None or not prevus:
        return R_ADRESSES.sans_objet(f"aucun destinataire relevé ou prévu pour {quoi}")
    ecrits = [f"{m.get('prenom', '')} {m['nom']} {m.get('adresse_mss') or 'sans adresse'}".strip() for m in montres]
    attendu = ", ".join(f"{d.ecrit} {d.adresse_mss}" for d in prevus)
    trouves = {d: next((m for m in montres if _est(m, d)), None) for d in prevus}
    faux = [d.ecrit for d, m in trouves.items() if m is not None and not _meme_adresse(m, d)]
    if faux or not any(trouves.values()):
        return R_ADRESSES.enfreinte(
            f"{quoi} ne montre pas l'adresse de chacun de ses destinataires", attendu=attendu,
            recu=", ".join(ecrits) or "aucun destinataire", ou=_ECRAN,
        )  # fmt: skip
    if absents := [d.ecrit for d, m in trouves.items() if m is None]:
        message = f"{quoi} ne prévoit pas {', '.join(absents)}, pourtant au dossier : dire si c'est voulu"
        return R_ADRESSES.a_regarder(message, recu=", ".join(ecrits), ou=_ECRAN)
    return R_ADRESSES.respectee(recu=", ".join(ecrits), ou=_ECRAN)


def _est(montre: Mapping[str, str], voulu: Destinataire) -> bool:
    if montre.get("rpps") and voulu.rpps:
        return montre["rpps"] == voulu.rpps
    return lettres(voulu.nom) in lettres(f"{montre.get('prenom', '')}{montre['nom']}")


def _meme_adresse(montre: Mapping[str, str], voulu: Destinataire) -> bool:
    return (montre.get("adresse_mss") or "").casefold() == voulu.adresse_mss.casefold()


# --------------------------------------------------------------- liste de travail
@verification(R_ATTENTE)
def attente_montree(montres: Elements | None, attendus: Mapping[str, str], quoi: str) -> Constat:
    """`attendus` : document_id → statut. Chaque document est dans la liste, sous le statut qui lui a été donné."""
    if montres is None or not attendus:
        return R_ATTENTE.sans_objet(f"{quoi} : rien de relevé, ou aucun document attendu")
    vus = {m["document_id"]: m.get("statut") or "sans statut" for m in montres}
    ecarts = [f"{d} : {vus.get(d, 'absent')}" for d, statut in attendus.items() if vus.get(d) != statut]
    return juger(
        R_ATTENTE, not ecarts, f"{quoi} ne montre pas chaque document en attente avec son statut",
        attendu=", ".join(f"{d} : {statut}" for d, statut in attendus.items()),
        recu=", ".join(ecarts) or f"{len(attendus)} documents, statuts justes", ou=_LISTE,
    )  # fmt: skip


@verification(R_FILTRE)
def attente_filtree(montres: Elements | None, siens: Sequence[str], autres: Sequence[str], quoi: str) -> Constat:
    """Aucun des documents que ce filtre écarte ; cru seulement si l'un des siens est montré."""
    vus = {m["document_id"] for m in montres or ()}
    if not vus & set(siens):
        return R_FILTRE.sans_objet(f"{quoi} ne montre aucun des siens : ce qu'elle écarte ne prouve rien")
    intrus = [d for d in autres if d in vus]
    return juger(
        R_FILTRE, not intrus, f"{quoi} montre des documents qui n'y ont pas leur place", attendu=", ".join(siens),
        recu=", ".join(intrus) or f"{len(vus)} documents", ou=_LISTE,
    )  # fmt: skip


@verification(R_SORTI)
def valide_sorti(montres: Elements | None, sorti: str, restants: Sequence[str]) -> Constat:
    """Le document validé n'est plus en attente ; cru seulement si l'un des autres l'est encore."""
    vus = {m["document_id"] for m in montres or ()}
    if sorti not in vus and not vus & set(restants):
        return R_SORTI.sans_objet("la liste de travail ne montre plus aucun des documents en attente")
    return juger(
        R_SORTI, sorti not in vus, "un document validé est encore montré en attente", attendu=f"sans {sorti}",
        recu=f"{sorti} parmi {len(vus)} documents" if sorti in vus else f"{len(vus)} documents", ou=_LISTE,
    )  # fmt: skip
