"""Le lot de soumission : cardinalités, associations, unicité des identifiants dans la campagne."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.ebrim import APND, APPROVED, HAS_MEMBER, RPLC, SIGNS, XFRM, XFRM_RPLC, Auteur
from simulators.dmp.vihf import lire_ins
from steps.jugements.marque import rejouable
from steps.verifications.cda.dates import dtm_valide
from steps.verifications.cda.jugement import juger
from steps.verifications.dmp import nomenclatures as n
from steps.verifications.dmp.contexte import ContexteDmp
from steps.verifications.dmp.soumission import LotLu, Soumission
from steps.verifications.dmp.types_donnees import OID_STRUCTURE, composants, defauts_xcn, defauts_xon, est_oid
from steps.verifications.registre import verification

_CISIS = "ANS, CI-SIS, volet Partage de documents de santé, lot de soumission"
_IHE = "IHE ITI TF-3, § 4.2 (associations et lot de soumission)"

UN_LOT = Regle(
    "DMP-LOT-01", "La requête porte un lot, au moins un document, aucun classeur", f"{_CISIS} ; {_IHE}",
    Confiance.DOCUMENTEE, "Envoyer un RegistryPackage classé comme lot, ses documents, et rien d'autre.",
)  # fmt: skip
AUTEUR = Regle(
    "DMP-LOT-02", "Le lot a un auteur", f"{_CISIS} ; REM BIO, DMP/HISTO.04 pour la personne morale",
    Confiance.DOCUMENTEE, "Écrire un auteur du lot ; un second n'est permis que pour la personne morale.",
)  # fmt: skip
CONTENU = Regle(
    "DMP-LOT-03", "contentTypeCode est dans sa nomenclature", f"{_CISIS} ; JDV_J59", Confiance.DOCUMENTEE,
    "Écrire un code de 1.2.250.1.213.2.2.",
)  # fmt: skip
IDENTIFIANTS = Regle(
    "DMP-LOT-04", "Le lot a un identifiant, une source et une heure d'envoi", f"{_CISIS} ; {_IHE}",
    Confiance.DOCUMENTEE, "Écrire uniqueId et sourceId (OID) et submissionTime en temps universel.",
)  # fmt: skip
MEMBRES = Regle(
    "DMP-LOT-05", "Chaque document est rattaché au lot comme original", f"{_IHE} ; échantillon officiel d'alimentation",
    Confiance.OFFICIELLE, "Écrire une association HasMember par document, SubmissionSetStatus=Original.",
)  # fmt: skip
ASSOCIATIONS = Regle(
    "DMP-LOT-06", "Les associations sont d'un type connu et relient des objets du lot", _IHE, Confiance.DOCUMENTEE,
    "N'employer que HasMember, RPLC et signs ; leur source est un objet du lot.",
)  # fmt: skip
CIBLE = Regle(
    "DMP-LOT-07", "Un remplacement vise une entrée en vigueur du même patient",
    "IHE ITI TF-3, § 4.2.2.2.3 (RPLC : cible = entryUUID)", Confiance.DOCUMENTEE,
    "Viser l'entryUUID (urn:uuid:) d'une entrée Approved du DMP de ce patient.",
)  # fmt: skip
UNIQUES = Regle(
    "DMP-LOT-08", "Aucun identifiant de document ou de lot ne sert deux fois", f"{_IHE} (uniqueId)",
    Confiance.DOCUMENTEE, "Donner un OID neuf à chaque document et à chaque lot.",
)  # fmt: skip
LECTURE = Regle(
    "DMP-LOT-09", "Le lot se lit sans ambiguïté", _IHE, Confiance.DOCUMENTEE,
    "Employer les schémas et les noms de Slot du lot de soumission.",
)  # fmt: skip


@verification(UN_LOT)
def composition(soumission: LotLu) -> Constat:
    """Un lot, des documents, aucun classeur."""
    lot = soumission.lot
    return juger(
        UN_LOT, len(lot.lots) == 1 and bool(soumission.documents_de_sante) and not lot.classeurs,
        "La requête n'a pas la composition attendue.",
        attendu="un lot, au moins un document, aucun classeur",
        recu=f"{len(lot.lots)} lot(s), {len(soumission.documents_de_sante)} document(s), {lot.classeurs} classeur",
        ou="RegistryObjectList", echanges=soumission.numeros,
    )  # fmt: skip


@verification(LECTURE)
def lisible(soumission: LotLu) -> Constat:
    """Rien, dans le lot, qui ne puisse être représenté."""
    lot = soumission.lot
    anomalies = [*lot.anomalies, *(anomalie for s in lot.lots for anomalie in s.anomalies)]
    return juger(
        LECTURE, not anomalies, "Le lot porte des objets ou des attributs qui ne se lisent pas.",
        attendu="chaque attribut une fois, sous son schéma", recu=" ; ".join(anomalies) or "rien d'anormal",
        ou="RegistryObjectList", echanges=soumission.numeros,
    )  # fmt: skip


@verification(AUTEUR, CONTENU, IDENTIFIANTS)
def attributs(soumission: LotLu, structure: str) -> list[Constat]:
    """Auteur, type de contenu, identifiants et heure du lot.

    `structure` : Struct_IdNat de la personne morale qui envoie ; vide : reconnue à l'autorité de son identifiant.
    """
    lot = soumission.submission_set
    if lot is None:
        return [IDENTIFIANTS.sans_objet("aucun lot à examiner", echanges=soumission.numeros)]
    morales = [a for a in lot.authors if _personne_morale(a, structure)]
    personnes = [a for a in lot.authors if a not in morales]
    muets = ["auteur sans personne ni structure" for a in lot.authors if not a.personne and not a.institutions]
    formes = muets + [d for a in lot.authors for d in defauts_xcn(a.personne) if a.personne and a not in morales]
    formes += [d for a in lot.authors for institution in a.institutions for d in defauts_xon(institution)]
    code = lot.content_type_code
    faux = [f"{nom} « {valeur} »" for nom, valeur in (("uniqueId", lot.unique_id), ("sourceId", lot.source_id))
            if not est_oid(valeur)]  # fmt: skip
    faux += [] if dtm_valide(lot.submission_time) else [f"submissionTime « {lot.submission_time} »"]
    ou = f"RegistryPackage[@id='{lot.id}']"
    return [
        juger(
            AUTEUR, bool(lot.authors) and len(personnes) <= 1 and len(morales) <= 1 and not formes,
            "L'auteur du lot n'est pas unique ou n'a pas sa forme.",
            attendu="un auteur en XCN et XON (plus, s'il y a lieu, la personne morale)",
            recu=" ; ".join(formes) or ", ".join(a.personne or "sans authorPerson" for a in lot.authors),
            ou=f"{ou} / author", echanges=soumission.numeros,
        ),
        juger(
            CONTENU, code is not None and bool(code.code) and code.systeme == n.SYSTEME_CONTENU_LOT,
            "contentTypeCode manque ou n'est pas dans sa nomenclature.",
            attendu=f"un code de {n.SYSTEME_CONTENU_LOT}", recu=f"{code.code} ({code.systeme})" if code else "",
            ou=f"{ou} / contentTypeCode", echanges=soumission.numeros,
        ),
        juger(
            IDENTIFIANTS, not faux, "Un identifiant ou l'heure du lot n'a pas sa forme.",
            attendu="uniqueId et sourceId : OID ; submissionTime : AAAAMMJJhhmmss",
            recu=", ".join(faux) or f"{lot.unique_id}, {lot.source_id}, {lot.submission_time}", ou=ou,
            echanges=soumission.numeros,
        ),
    ]  # fmt: skip


def _personne_morale(auteur: Auteur, structure: str) -> bool:
    if structure:
        return bool(auteur.identifiant) and auteur.identifiant in (structure, structure[1:])
    return composants(auteur.personne, 9)[8] == f"&{OID_STRUCTURE}&ISO"


@verification(MEMBRES, ASSOCIATIONS)
def associations(soumission: LotLu) -> list[Constat]:
    """Chaque document est membre du lot ; les autres liens sont connus et partent d'un objet du lot."""
    lot = soumission.submission_set
    membres = {
        lien.cible
        for lien in soumission.lot.liens(HAS_MEMBER)
        if lot is not None and lien.source == lot.id and lien.submission_set_status == "Original"
    }
    fiches = {fiche.id for fiche in soumission.lot.documents}
    objets = fiches | {s.id for s in soumission.lot.lots}
    connus = (HAS_MEMBER, RPLC, SIGNS, APND, XFRM, XFRM_RPLC)
    faux = [
        f"{lien.type.rsplit(':', 1)[-1]} {lien.source} → {lien.cible}"
        for lien in soumission.lot.associations
        if lien.type not in connus or lien.source not in objets
    ]
    absents = fiches - membres
    return [
        juger(
            MEMBRES, bool(fiches) and not absents, "Un document n'est pas rattaché au lot comme original.",
            attendu="HasMember, SubmissionSetStatus=Original, pour chaque document",
            recu=f"non rattachés : {', '.join(sorted(absents))}" if absents else f"{len(fiches)} membre(s)",
            ou="Association HasMember", echanges=soumission.numeros,
        ),
        juger(
            ASSOCIATIONS, not faux, "Une association n'est pas d'un type connu, ou part d'ailleurs.",
            attendu="HasMember, RPLC, signs (APND et XFRM existent chez IHE)",
            recu=" ; ".join(faux) or f"{len(soumission.lot.associations)} association(s)", ou="Association",
            echanges=soumission.numeros,
        ),
    ]  # fmt: skip


@verification(CIBLE)
def remplacements(soumission: Soumission, contexte: ContexteDmp, *, enregistres: Collection[str] = ()) -> list[Constat]:
    """Chaque remplacement vise une entrée connue, en vigueur, du même patient.

    Le registre est lu après coup : une entrée que ce lot, ou une reprise de ce lot (`enregistres` : uniqueId que le
    DMP a enregistrés), a remplacée n'est plus en vigueur sans que ce soit une faute.
    """
    constats: list[Constat] = []
    abouti = soumission.acceptee or any(d.unique_id in enregistres for d in soumission.documents_de_sante)
    for lien in soumission.remplacements:
        entree = contexte.entree(lien.cible)
        ins = soumission.vihf.ins if soumission.vihf else None
        ecarts = [] if lien.cible.startswith("urn:uuid:") else ["la cible n'est pas un entryUUID (urn:uuid:)"]
        if contexte.entrees_connues and entree is None:
            ecarts.append("entrée inconnue du registre")
        if entree is not None:
            ecarts += (
                [] if abouti or entree.statut == APPROVED else [f"entrée à l'état {entree.statut.rsplit(':', 1)[-1]}"]
            )
            autre = entree.patient_id and lire_ins(entree.patient_id) != ins
            ecarts += ["entrée d'un autre patient"] if autre else []
        constats.append(
            juger(
                CIBLE, not ecarts, "Le remplacement ne vise pas une entrée en vigueur de ce patient.",
                attendu="l'entryUUID d'une entrée Approved du même patient",
                recu=f"{lien.cible} ({', '.join(ecarts) or 'connue, en vigueur'})", ou="Association RPLC",
                echanges=soumission.numeros,
            )
        )  # fmt: skip
    return constats


@verification(UNIQUES)
def identifiants_uniques(soumissions: Sequence[Soumission]) -> Constat:
    """Un uniqueId ne désigne qu'un contenu ; renvoyer le même après un échec est permis."""
    if not soumissions:
        return UNIQUES.sans_objet("aucune alimentation observée")
    vus: dict[str, tuple[str, int]] = {}
    doublons: list[str] = []
    for soumission in soumissions:
        locaux: set[str] = set()
        empreintes = {d.unique_id: d.sha256 for d in soumission.documents}
        lots = {s.unique_id: f"lot n° {soumission.echange.numero}" for s in soumission.lot.lots}
        for identifiant, contenu in [*((d.unique_id, d.sha256) for d in soumission.documents), *lots.items()]:
            connu = vus.get(identifiant)
            if identifiant in locaux or (connu is not None and connu[0] != contenu):
                doublons.append(f"{identifiant} (n° {soumission.echange.numero})")
            locaux.add(identifiant)
        if soumission.acceptee:
            for identifiant, contenu in {**empreintes, **lots}.items():
                vus.setdefault(identifiant, (contenu, soumission.echange.numero))
    numeros = tuple(numero for soumission in soumissions for numero in soumission.numeros)
    return juger(
        UNIQUES, not doublons, "Un identifiant désigne deux contenus différents.",
        attendu="un identifiant par document et par lot", recu=", ".join(doublons) or f"{len(vus)} distincts",
        ou="uniqueId", echanges=numeros,
    )  # fmt: skip


@rejouable
def verifier_lot(soumission: Soumission, contexte: ContexteDmp, *, enregistres: Collection[str] = ()) -> list[Constat]:
    """Toutes les règles du lot."""
    structure = contexte.structure or (soumission.vihf.identifiant_structure if soumission.vihf else "")
    return [
        composition(soumission),
        lisible(soumission),
        *attributs(soumission, structure),
        *associations(soumission),
        *remplacements(soumission, contexte, enregistres=enregistres),
    ]
