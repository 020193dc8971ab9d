"""Les documents reçus par messagerie : liste de travail des non lus, signes portés hors du document, remplacements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lxml import etree

from simulators.logiciel_temoin import cda_lecture, cda_resultats
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.cda_resultats import CompteRenduLu, ResultatLu
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.horloge import iso, maintenant
from simulators.logiciel_temoin.identite import Patient
from simulators.logiciel_temoin.labo import Labo

TRAITS = ("nom_naissance", "premier_prenom_naissance", "prenoms_naissance", "date_naissance", "sexe", "matricule_ins")
_SANS_SIGNES = {"non_lus": "recus_signes_absents_non_lus", "patient": "recus_signes_absents_patient"}
_TAIRE = {
    "titre": "recus_sans_titre",
    "patient": "recus_sans_patient",
    "version": "recus_sans_version",
    "actes": "recus_sans_actes",
    "prise_en_charge": "recus_sans_prise_en_charge",
}


def signes(labo: Labo, document: Document, *, liste: str) -> list[str]:
    """Ce que la ligne du document montre sans l'ouvrir ; `liste` : `non_lus` ou `patient`."""
    if document.etat_recu and not labo.defaut("recus_remplacement_sans_signe"):
        return [document.etat_recu]
    if labo.defaut(_SANS_SIGNES[liste]):
        return []
    lu = cda_resultats.lire(document.recu) if document.recu else CompteRenduLu()
    if labo.defaut("recus_signes_premier_resultat"):
        lu = CompteRenduLu(lu.resultats[:1], lu.commentaire)
    montres = {
        "critique": any(r.critique and not _hh_oublie(labo, r) for r in lu.resultats)
        or (labo.defaut("recus_critique_partout") and bool(lu.resultats)),
        "interpretation": any(r.interpretation for r in lu.resultats) or labo.defaut("recus_interpretation_partout"),
        "commentaire": _commentaire(labo, lu),
        "hors_intervalle": any(r.hors_intervalle for r in lu.resultats) or labo.defaut("recus_hors_intervalle_partout"),
    }
    if labo.defaut("recus_hors_intervalle_tu"):
        montres["hors_intervalle"] = False
    return [nom for nom, vrai in montres.items() if vrai]


def _hh_oublie(labo: Labo, resultat: ResultatLu) -> bool:
    return resultat.interpretation == "AA" and labo.defaut("recus_critique_aa_oublie")


def _commentaire(labo: Labo, lu: CompteRenduLu) -> bool:
    general = "" if labo.defaut("recus_commentaire_general_oublie") else lu.commentaire
    return bool(general) or any(r.commentaire for r in lu.resultats)


def resultats(labo: Labo, patient: Patient, unite: str | None) -> list[dict[str, Any]]:
    """Les résultats structurés du dossier, dans l'unité choisie s'ils l'ont."""
    lus = [
        (document, resultat)
        for document in labo.base.documents_de(patient.patient_id)
        if document.recu
        for resultat in cda_resultats.lire(document.recu).resultats
    ]
    return [_montrer_resultat(labo, document, resultat, unite) for document, resultat in lus]


def _montrer_resultat(labo: Labo, document: Document, resultat: ResultatLu, unite: str | None) -> dict[str, Any]:
    mesures = resultat.mesures[:1] if labo.defaut("recus_seconde_unite_perdue") else resultat.mesures
    valeur, dans = next((mesure for mesure in mesures if mesure[1] == unite), mesures[0] if mesures else ("", ""))
    if unite and labo.defaut("recus_unite_sans_valeur"):
        valeur, dans = resultat.mesures[0][0], unite
    if labo.defaut("recus_unite_composee_perdue") and any(signe in dans for signe in "*["):
        dans = ""
    return {
        "document_id": document.document_id,
        "code": resultat.code,
        "libelle": resultat.libelle,
        "valeur": valeur,
        "unite": dans,
        "bas": resultat.bas or None,
        "haut": resultat.haut or None,
        "interpretation": resultat.interpretation or None,
        "commentaire": resultat.commentaire or None,
        "etat": document.etat_recu or "actuel",
    }


def non_lus(labo: Labo, tri: str, filtres: dict[str, Any]) -> list[Document]:
    """Les documents reçus que nul n'a ouverts, du plus récent au plus ancien si rien n'est demandé."""
    candidats = [d for d in list(labo.base.documents.values()) if d.courriel_id and not d.lu and not d.supprime]
    retenus = [d for d in candidats if _retenu(labo, d, filtres)]
    return _trier(labo, retenus, tri)


def _retenu(labo: Labo, document: Document, filtres: dict[str, Any]) -> bool:
    jour = document.creation.date().isoformat()
    if filtres.get("patient_id") and filtres["patient_id"] != (document.patient_id or document.propose):
        return labo.defaut("recus_filtre_patient_ignore")
    if filtres.get("type_code") and filtres["type_code"] != document.type_code:
        return labo.defaut("recus_filtre_type_ignore")
    horaire = str(filtres.get("du") or "") <= jour <= str(filtres.get("au") or "9999")
    return horaire or labo.defaut("recus_filtre_date_ignore")


def _trier(labo: Labo, liste: Iterable[Document], tri: str) -> list[Document]:
    par_date = sorted(liste, key=lambda d: d.creation, reverse=not labo.defaut("recus_anciens_d_abord"))
    if labo.defaut("recus_tri_ignore"):
        return par_date
    match tri:
        case "patient":
            return sorted(par_date, key=lambda d: nom_du_patient(d).casefold())
        case "type":
            return sorted(par_date, key=lambda d: d.type_code)
        case _:
            return par_date


def nom_du_patient(document: Document) -> str:
    """Nom et prénom de naissance que porte le document."""
    identite = cda_lecture.lire_entete(document.recu).identite
    return f"{identite['nom_naissance']} {identite['premier_prenom_naissance']}".strip()


def montrer_ligne(labo: Labo, document: Document) -> dict[str, Any]:
    """La ligne de la liste de travail, métadonnées de l'enveloppe CDA comprises."""
    racine = cda_lecture.document(document.recu)
    entete = cda_lecture.lire_entete(document.recu)
    creation = document.date_creation if labo.defaut("recus_date_de_reception") else document.creation
    ligne: dict[str, Any] = {
        "document_id": document.document_id,
        "courriel_id": document.courriel_id,
        "titre": entete.titre,
        "type_code": entete.type_document.code,
        "type_libelle": entete.type_document.libelle,
        "date_creation": iso(creation),
        "patient": nom_du_patient(document),
        "patient_id": document.patient_id or document.propose or None,
        "matricule_ins": (entete.ins or (None,))[0],
        "version": entete.version,
        "auteurs": [f"{a.prenom} {a.nom}, {a.structure_nom}" for a in entete.auteurs],
        "actes": [_acte(acte) for acte in racine.iterfind("c:documentationOf/c:serviceEvent", cda_lecture.NS)],
        "prise_en_charge": _prise_en_charge(racine),
        "lu": document.lu,
        "integration": document.integration or None,
        "signes": signes(labo, document, liste="non_lus"),
    }
    for champ, defaut in _TAIRE.items():
        if labo.defaut(defaut):
            ligne[champ] = [] if champ == "actes" else ""
    if labo.defaut("recus_sans_organisation"):
        ligne["auteurs"] = [f"{a.prenom} {a.nom}" for a in entete.auteurs]
    return ligne


def _acte(acte: etree._Element) -> str:
    return " ; ".join(_mots(acte, ("code", "standardIndustryClassCode"), ("given", "family", "name")))


def _prise_en_charge(racine: etree._Element) -> str:
    venue = racine.find("c:componentOf/c:encompassingEncounter", cda_lecture.NS)
    if venue is None:
        return ""
    return " ; ".join(_mots(venue, ("code", "dischargeDispositionCode"), ("given", "family", "name")))


def _mots(element: etree._Element, codes: tuple[str, ...], noms: tuple[str, ...]) -> list[str]:
    """Libellés des codes et textes des noms, dans l'ordre du document."""
    mots: list[str] = []
    for enfant in element.iter("{*}*"):
        nom = etree.QName(enfant).localname
        if nom in codes and (libelle := enfant.get("displayName") or enfant.get("code")):
            mots.append(libelle)
        elif nom in noms and (texte := " ".join((enfant.text or "").split())):
            mots.append(texte)
    return list(dict.fromkeys(mots))


def comparer(labo: Labo, document: Document, patient: Patient) -> list[dict[str, Any]]:
    """Les traits du document en regard de ceux de la fiche."""
    identite = cda_lecture.lire_entete(document.recu).identite
    lignes = []
    for champ in TRAITS:
        du_document, de_la_fiche = str(identite.get(champ) or ""), patient.trait(champ) or ""
        pareil = du_document.casefold() == de_la_fiche.casefold() or labo.defaut("recus_comparaison_muette")
        lignes.append({"champ": champ, "document": du_document, "patient": de_la_fiche, "identique": pareil})
    if labo.defaut("recus_comparaison_nom_seul"):
        return lignes[:1]
    return lignes


def rattacher(labo: Labo, utilisateur: str, document: Document, patient: Patient) -> None:
    """Range le document au dossier choisi ; une nouvelle version y remplace la précédente."""
    if document.patient_id and document.patient_id != patient.patient_id:
        raise Refus("Ce document est déjà au dossier d'un autre patient.")
    document.patient_id = patient.patient_id
    document.integration, document.integre_le = "manuelle", maintenant()
    entete = cda_lecture.lire_entete(document.recu)
    if labo.defaut("recus_classement_sans_type"):
        document.type_code = ""
    if labo.defaut("recus_classement_date_du_jour"):
        document.creation_recue = document.date_creation
    recus = [ancien for ancien in labo.base.documents_de(patient.patient_id) if ancien.recu and ancien is not document]
    for ancien in recus if entete.remplace else ():
        if cda_lecture.lire_entete(ancien.recu).unique_id == entete.remplace:
            ancien.etat_recu = "" if labo.defaut("recus_remplacement_ignore") else "remplace"
            _tracer(labo, utilisateur, ancien, document)
        elif labo.defaut("recus_remplacement_de_tous"):
            ancien.etat_recu = "remplace"


def _tracer(labo: Labo, utilisateur: str, ancien: Document, nouveau: Document) -> None:
    """Les résultats que la nouvelle version change ou retire, avec leur ancienne valeur."""
    apres = {r.code: r for r in cda_resultats.lire(nouveau.recu).resultats}
    for resultat in cda_resultats.lire(ancien.recu).resultats:
        suivant = apres.get(resultat.code)
        if suivant is not None and suivant.mesures == resultat.mesures:
            continue
        if suivant is None and labo.defaut("trace_resultat_supprime_absente"):
            continue
        avant = "" if labo.defaut("trace_resultat_sans_valeur") else " ".join(resultat.mesures[0])
        labo.traces.ajouter(
            "resultats",
            utilisateur,
            "suppression" if suivant is None else "modification",
            ancien.patient_id,
            code=resultat.code,
            libelle=resultat.libelle,
            avant=avant,
            apres=" ".join(suivant.mesures[0]) if suivant else None,
            document_id=ancien.document_id,
        )
