"""Suites d'échanges d'essai : enchaînement, recherche, cycle de vie, historique."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from reports.constat import Constat
from simulators.socle.echange import Echange, Requete
from steps.verifications.dmp import (
    ContexteDmp,
    EntreeConnue,
    assertion,
    cycle,
    historique,
    recherche,
    sequence,
    soumissions,
    verifier_consultation,
    verifier_suppression,
)
from steps.verifications.dmp.demandes import demande
from tests.verifications.cda import fabrique as c
from tests.verifications.dmp import fabrique as f
from tests.verifications.dmp.fabrique import ACTIFS, Alimentation, alimentation, slot
from tests.verifications.dmp.fabrique_vihf import INSTANT, STRUCTURE

AUTRE = "279035121518989"
ANCIEN, NOUVEAU = "1.2.250.1.213.99.1.100.1", "1.2.250.1.213.99.1.100.2"
_REGISTRE = ContexteDmp(entrees_connues=(EntreeConnue(f.ENTREE, ANCIEN), EntreeConnue(f"{f.ENTREE[:-1]}2", "1.2.3")))
_SUPPRIMES = "DMP-VIE-07"
Exemple = tuple[Callable[[], list[Constat]], set[str]]


def _un(juger: Callable[..., Any], *fabriques: Callable[[], Echange], **options: Any) -> Callable[[], list[Constat]]:
    """Diffère la fabrication de la suite et son jugement."""

    def executer() -> list[Constat]:
        rendu = juger([fabriquer() for fabriquer in fabriques], **options)
        return rendu if isinstance(rendu, list) else [rendu]

    return executer


def _opposition(*fabriques: Callable[[], Echange], temoins: Sequence[Callable[[], Echange]] = (f.td31,)) -> Any:
    return lambda: [
        sequence.pas_de_consultation_si_opposition(
            [g() for g in fabriques], c.MATRICULE, temoins=[temoin() for temoin in temoins]
        )
    ]


def _blocage(*fabriques: Callable[[], Echange], temoins: Sequence[Callable[[], Echange]] = (alimentation,),
             unique_ids: Sequence[str] = ()) -> Any:  # fmt: skip
    return lambda: [
        sequence.document_bloque_non_envoye(
            [g() for g in fabriques], c.MATRICULE, unique_ids=unique_ids, temoins=[temoin() for temoin in temoins]
        )
    ]


def _web(cible: str, fonction: str, matricule: str = "") -> Any:
    def executer() -> list[Constat]:
        moment = INSTANT
        return [
            sequence.appel_web_ps(
                Echange(1, "dmp", "TD0.9", moment, moment, Requete("GET", cible)), fonction, matricule
            )
        ]

    return executer


def _criteres(*slots: str, demandes: recherche.CriteresDemandes, **options: Any) -> Any:
    return lambda: recherche.criteres_transmis(f.td31(ACTIFS, *slots, **options), demandes)


def _cadence(nombre: int, ecart_ms: int, maximum: int = 4) -> Any:
    return lambda: [
        cycle.vitesse_respectee(
            [alimentation(debut=INSTANT + timedelta(milliseconds=ecart_ms * i)) for i in range(nombre)], maximum
        )
    ]


def _remplacer(contexte: ContexteDmp = _REGISTRE, *, cible: str = f.ENTREE, parent: str = ANCIEN, version: str = "2",
               lignee: str = "1.2.250.1.213.99.1.100", ancien: str = ANCIEN) -> Any:  # fmt: skip
    def executer() -> list[Constat]:
        document = c.cda(
            id=f'<id root="{NOUVEAU}"/>', setId=f'<setId root="{lignee}"/>',
            versionNumber=f'<versionNumber value="{version}"/>', relatedDocument=c.remplace(parent) if parent else "",
        )  # fmt: skip
        lien = f.RPLC.replace(f.ENTREE, cible) if cible else ""
        premier = alimentation(Alimentation(identifiant=ancien))
        second = alimentation(Alimentation(document=document, identifiant=NOUVEAU, associations=lien))
        v1, v2 = soumissions([premier, second])
        return cycle.remplacement_correct(v1.documents_de_sante[0], v2.documents_de_sante[0], v2, contexte)

    return executer


_DATE_ACTE = datetime(2019, 5, 6, 9, 30, tzinfo=UTC)


def _historique(
    cda: str = "20190506113000+0200", xds: str = "20190506093000", acte: datetime = _DATE_ACTE
) -> Callable[[], list[Constat]]:
    def executer() -> list[Constat]:
        [envoi] = soumissions([
            alimentation(Alimentation(
                document=c.cda(periode=f'<effectiveTime><low value="{cda}"/></effectiveTime>'),
                fiche={"serviceStartTime": slot("serviceStartTime", xds), "serviceStopTime": ""},
            ))
        ])  # fmt: skip
        return historique.date_de_l_acte(envoi.documents_de_sante[0], acte)

    return executer


_MORALE = f.auteur(f.XCN_MORALE)
_MORALE_LOT = f.auteur(f.XCN_MORALE, objet="Lot1", lot=True)


def _morale(
    fiche: str = f.FICHE["author"] + _MORALE, lot: str = _MORALE_LOT, *, nom: str = ""
) -> Callable[[], list[Constat]]:
    def executer() -> list[Constat]:
        [envoi] = soumissions([alimentation(Alimentation(fiche={"author": fiche}, lot={"author": lot}))])
        return historique.personne_morale_auteur(
            envoi, envoi.documents_de_sante[0], STRUCTURE, nom_structure=nom, auteur_initial="BIOLOGUE"
        )

    return executer


_AU_BLOC = recherche.CriteresDemandes(
    type_code=("11502-2^^2.16.840.1.113883.6.1", "34112-3"),
    date_acte_du=date(2026, 1, 15),
    date_acte_au=date(2026, 7, 31),
)
_TYPES = slot("$XDSDocumentEntryTypeCode", "('11502-2^^2.16.840.1.113883.6.1','34112-3^^2.16.840.1.113883.6.1')")


def _du(valeur: str) -> str:
    return slot("$XDSDocumentEntryServiceStartTimeFrom", valeur)


def _au(valeur: str) -> str:
    return slot("$XDSDocumentEntryServiceStartTimeTo", valeur)


def _etats(*etats: str) -> str:
    return slot("$XDSDocumentEntryStatus", "(" + ",".join(f"'{etat}'" for etat in etats) + ")")


_TOUT_ETAT = _etats(
    *(f"urn:oasis:names:tc:ebxml-regrep:StatusType:{etat}" for etat in ("Approved", "Deprecated")),
    *(f"urn:asip:ci-sis:2010:StatusType:{etat}" for etat in ("Archived", "Deleted")),
)

CONFORMES: dict[str, Callable[[], list[Constat]]] = {
    "consultation après TD0.2": _un(
        lambda e: verifier_consultation(e, ContexteDmp()), f.td02, lambda: f.td31(ACTIFS), f.td32
    ),
    "consultation après TD0.4": _un(
        sequence.droit_verifie_avant, lambda: f.td04(AUTRE, c.MATRICULE), lambda: f.td31(ACTIFS)
    ),
    "TD3.1b n'est pas une consultation": _un(
        lambda e: verifier_suppression(e, _REGISTRE, unique_id=ANCIEN),
        lambda: f.td31(
            slot("$XDSDocumentEntryUniqueId", f"('{ANCIEN}')"), retour="ObjectRef",
            requete="urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4",
        ),
        f.td33c,
    ),
    "suppression d'un document archivé": _un(
        lambda e: cycle.suppression_correcte(e, ANCIEN, _REGISTRE),
        lambda: f.td33c(depart="urn:asip:ci-sis:2010:StatusType:Archived"),
    ),
    "alimenter sans autorisation": _un(sequence.pas_d_autorisation_pour_alimenter, f.td02, alimentation),
    "suppression puis consultation autorisée": _un(
        lambda e: verifier_suppression(e, _REGISTRE, unique_id=ANCIEN),
        f.td33c, lambda: f.td02("NON_EXISTE"), f.td03, lambda: f.td31(ACTIFS),
    ),
    "autorisation posée": _un(
        sequence.autorisation_posee, lambda: f.td02("NON_EXISTE"), f.td03, lambda: f.td31(ACTIFS), opposition=False
    ),
    "autorisation expirée, reprise après échec": _un(
        sequence.autorisation_posee, lambda: f.td02("EXPIRE"), lambda: f.td03(statut="DMPErreur"), f.td03,
        lambda: f.td31(ACTIFS), opposition=False,
    ),
    "autorisation déjà là": _un(
        sequence.autorisation_posee, f.td02, lambda: f.td31(ACTIFS), opposition=False
    ),
    "patient opposé": _un(sequence.autorisation_posee, lambda: f.td02("NON_EXISTE"), opposition=True),
    "professionnel bloqué": _un(sequence.autorisation_posee, lambda: f.td02("INTERDIT"), opposition=False),
    "opposition respectée": _opposition(lambda: f.td31(matricule=AUTRE)),
    "blocage respecté": _blocage(),
    "blocage d'un document, un autre part": _blocage(alimentation, unique_ids=("1.2.3",)),
    "modes": _un(sequence.mode_de_consultation, lambda: f.td31(vihf={"mode": "DIRECTE"}), f.td32),
    "AIR": _un(sequence.consultation_en_air, f.td31, f.td32),
    "tableau de bord": _web("/AccesDirect/TableauDeBord", "TableauDeBord"),
    "dossier patient": _web(f"/AccesDirect/DossierPatient/{c.MATRICULE}", "DossierPatient", c.MATRICULE),
    "tableau de bord d'un patient": _web(
        f"/web/AccesDirect/TableauDeBord/{c.MATRICULE}", "TableauDeBord", c.MATRICULE
    ),
    "VIHF propre à un patient": _un(
        assertion.vihf_propre_a_un_patient,
        lambda: f.td02(vihf={"id": "_z"}), lambda: f.td32(vihf={"id": "_z"}), lambda: f.td02(matricule=AUTRE),
    ),
    "critères": _criteres(_TYPES, _du("20260114230000"), _au("20260731220000"), demandes=_AU_BLOC),
    "critères, jours locaux": _criteres(_TYPES, _du("20260115"), _au("20260801"), demandes=_AU_BLOC),
    "critères, dernière seconde": _criteres(_TYPES, _du("202601150000"), _au("20260731235959"), demandes=_AU_BLOC),
    "sans critère": _criteres(demandes=recherche.CriteresDemandes()),
    "archivés demandés": lambda: recherche.criteres_transmis(
        f.td31(slot("$XDSDocumentEntryStatus", "('urn:asip:ci-sis:2010:StatusType:Archived')")),
        recherche.CriteresDemandes(statut=("archive",)),
    ),
    "recherche des documents de tout état": lambda: demande(f.td31(_TOUT_ETAT)),
    "recherche des archivés": lambda: demande(f.td31(_etats("urn:asip:ci-sis:2010:StatusType:Archived"))),
    "recherche sans patientId": lambda: [recherche.requete_connue(f.td31(ACTIFS, patient=""))],
    "cadence tenue": _cadence(9, 260),
    "reprise après échec": _un(
        cycle.jamais_renvoye, lambda: alimentation(reponse=f.FAUTE), lambda: alimentation(statut=503), alimentation
    ),
    "remplacement": _remplacer(),
    "date de l'acte": _historique(),
    "date de l'acte au jour": _historique("20190506", "20190506"),
    "date de l'acte, d'outre-mer": _historique("20190506053000-0400"),
    "personne morale": _morale(),
    "personne morale, par son nom": _morale(
        f.FICHE["author"] + f.auteur("^Laboratoire DU banc"), f.auteur("^Laboratoire DU banc", objet="Lot1", lot=True),
        nom="LABORATOIRE du Banc",
    ),
    "personne morale et auteur dans le lot": _morale(lot=f.LOT["author"] + _MORALE_LOT),
}  # fmt: skip

FAUTIFS: dict[str, Exemple] = {
    "aucune consultation": (_un(lambda e: verifier_consultation(e, ContexteDmp()), f.td02), {"DMP-SEQ-01"}),
    "aucune suppression": (_un(lambda e: verifier_suppression(e, ContexteDmp()), f.td02), {_SUPPRIMES}),
    "consultation sans TD0.2": (_un(sequence.droit_verifie_avant, lambda: f.td31(ACTIFS)), {"DMP-SEQ-01"}),
    "TD0.2 trop tard": (_un(sequence.droit_verifie_avant, lambda: f.td31(ACTIFS), f.td02), {"DMP-SEQ-01"}),
    "TD0.2 en échec": (
        _un(sequence.droit_verifie_avant, lambda: f.td02(reponse=f.FAUTE), lambda: f.td31(ACTIFS)), {"DMP-SEQ-01"},
    ),
    "TD0.2 d'un autre patient": (
        _un(sequence.droit_verifie_avant, lambda: f.td02(matricule=AUTRE), f.td32), {"DMP-SEQ-01"},
    ),
    "TD0.2 d'un autre utilisateur": (
        _un(sequence.droit_verifie_avant, lambda: f.td02(vihf={"name_id": "899900000025"}), f.td32), {"DMP-SEQ-01"},
    ),
    "TD0.4 sans ce patient": (_un(sequence.droit_verifie_avant, lambda: f.td04(AUTRE), f.td32), {"DMP-SEQ-01"}),
    "autorisation pour alimenter": (
        _un(sequence.pas_d_autorisation_pour_alimenter, f.td02, f.td03, alimentation), {"DMP-SEQ-02"},
    ),
    "autorisation pour supprimer": (
        _un(sequence.pas_d_autorisation_pour_alimenter, f.td33c, f.td03), {"DMP-SEQ-02"},
    ),
    "autorisation pour supprimer, puis consultation": (
        _un(lambda e: verifier_suppression(e, _REGISTRE), f.td03, f.td33c, lambda: f.td31(ACTIFS)), {"DMP-SEQ-02"},
    ),
    "rien à alimenter": (_un(sequence.pas_d_autorisation_pour_alimenter, f.td02), {"DMP-SEQ-02"}),
    "autorisation oubliée": (
        _un(sequence.autorisation_posee, lambda: f.td02("NON_EXISTE"), lambda: f.td31(ACTIFS), opposition=False),
        {"DMP-SEQ-03"},
    ),
    "autorisation après la consultation": (
        _un(sequence.autorisation_posee, lambda: f.td02("NON_EXISTE"), lambda: f.td31(ACTIFS), f.td03,
            opposition=False), {"DMP-SEQ-03"},
    ),
    "autorisation superflue": (_un(sequence.autorisation_posee, f.td02, f.td03, opposition=False), {"DMP-SEQ-03"}),
    "autorisation malgré l'opposition": (
        _un(sequence.autorisation_posee, lambda: f.td02("NON_EXISTE"), f.td03, opposition=True), {"DMP-SEQ-03"},
    ),
    "autorisation d'un autre patient": (
        _un(sequence.autorisation_posee, lambda: f.td02("NON_EXISTE"), lambda: f.td03(matricule=AUTRE),
            opposition=False), {"DMP-SEQ-03"},
    ),
    "autorisation sans test": (_un(sequence.autorisation_posee, f.td03, opposition=False), {"DMP-SEQ-03"}),
    "recherche d'un état inconnu": (
        lambda: demande(f.td31(_etats("urn:oasis:names:tc:ebxml-regrep:StatusType:Submitted"))), {"DMP-RECH-06"},
    ),
    "rien à autoriser": (_un(sequence.autorisation_posee, opposition=False), {"DMP-SEQ-03"}),
    "consultation malgré l'opposition": (_opposition(f.td32), {"DMP-SEQ-04"}),
    "opposition sans contrôle": (_opposition(temoins=()), {"DMP-SEQ-04"}),
    "document bloqué envoyé": (_blocage(alimentation, unique_ids=(ANCIEN,)), {"DMP-SEQ-05"}),
    "patient bloqué alimenté": (_blocage(alimentation), {"DMP-SEQ-05"}),
    "opposition, seule consultation témoin en échec": (
        _opposition(temoins=(lambda: f.td31(reponse=f.FAUTE),)), {"DMP-SEQ-04"},
    ),
    "opposition, le témoin n'est pas une consultation": (_opposition(temoins=(alimentation,)), {"DMP-SEQ-04"}),
    "blocage sans contrôle": (_blocage(temoins=()), {"DMP-SEQ-05"}),
    "consultation en indirect": (
        _un(sequence.mode_de_consultation, lambda: f.td31(vihf={"mode": "INDIRECTE"})), {"DMP-SEQ-06"},
    ),
    "consultation hors AIR": (
        _un(sequence.consultation_en_air, lambda: f.td31(vihf={"mode": "DIRECTE"})), {"DMP-SEQ-07"},
    ),
    "aucun mode": (_un(sequence.mode_d_alimentation, f.td02), {"DMP-SEQ-08"}),
    "web-PS sans patient": (_web("/AccesDirect/DossierPatient", "DossierPatient", c.MATRICULE), {"DMP-WEB-01"}),
    "web-PS d'un autre": (
        _web(f"/AccesDirect/TableauDeBord/{AUTRE}", "TableauDeBord", c.MATRICULE), {"DMP-WEB-01"},
    ),
    "VIHF pour deux patients": (
        _un(assertion.vihf_propre_a_un_patient, lambda: f.td02(vihf={"id": "_z"}),
            lambda: f.td02(matricule=AUTRE, vihf={"id": "_z"})), {"DMP-VIHF-08"},
    ),
    "recherche d'un autre patient": (
        lambda: [recherche.requete_connue(f.td31(ACTIFS, patient=f"'{AUTRE}^^^&amp;{c.OID_TEST}&amp;ISO^NH'"))],
        {"DMP-RECH-01"},
    ),
    "critère oublié": (
        _criteres(_du("20260115"), _au("20260801"), demandes=_AU_BLOC), {"DMP-RECH-02"},
    ),
    "critère sans nomenclature": (
        _criteres(_TYPES.replace("^^2.16.840.1.113883.6.1", ""), _du("20260115"), _au("20260801"), demandes=_AU_BLOC),
        {"DMP-RECH-02"},
    ),
    "critères en « et »": (
        _criteres(
            slot("$XDSDocumentEntryTypeCode", "('11502-2^^2.16.840.1.113883.6.1')"),
            slot("$XDSDocumentEntryTypeCode", "('34112-3^^2.16.840.1.113883.6.1')"),
            _du("20260115"), _au("20260801"), demandes=_AU_BLOC,
        ), {"DMP-RECH-02"},
    ),
    "critère de trop": (
        _criteres(slot("$XDSDocumentEntryFormatCode", "('x^^y')"), demandes=recherche.CriteresDemandes()),
        {"DMP-RECH-02"},
    ),
    "période oubliée": (_criteres(_TYPES, demandes=_AU_BLOC), {"DMP-RECH-03"}),
    "période fausse": (_criteres(_TYPES, _du("20250115"), _au("20260801"), demandes=_AU_BLOC), {"DMP-RECH-03"}),
    "dernier jour exclu": (_criteres(_TYPES, _du("20260115"), _au("20260731"), demandes=_AU_BLOC), {"DMP-RECH-04"}),
    "état oublié": (
        _criteres(demandes=recherche.CriteresDemandes(statut=("actif", "archive"))), {"DMP-RECH-05"},
    ),
    "pas une recherche": (
        lambda: recherche.criteres_transmis(f.td32(), recherche.CriteresDemandes()), {"DMP-RECH-02"},
    ),
    "cadence dépassée": (_cadence(9, 100), {"DMP-VIE-02"}),
    "trop peu d'envois": (_cadence(4, 100), {"DMP-VIE-02"}),
    "aucun envoi": (_un(cycle.jamais_renvoye), {"DMP-VIE-01"}),
    "remplace une autre entrée": (_remplacer(cible=f"{f.ENTREE[:-1]}2"), {"DMP-VIE-03"}),
    "ne remplace aucune entrée": (_remplacer(cible=""), {"DMP-VIE-03"}),
    "ancien inconnu du registre": (_remplacer(ContexteDmp()), {"DMP-VIE-03"}),
    "autre parent": (_remplacer(parent="1.2.3"), {"DMP-VIE-04"}),
    "version répétée": (_remplacer(version="1"), {"DMP-VIE-05"}),
    "autre lignée": (_remplacer(lignee="1.2.3"), {"DMP-VIE-06"}),
    "suppression d'une autre entrée": (
        _un(lambda e: cycle.suppression_correcte(e, "1.2.3", _REGISTRE), f.td33c), {_SUPPRIMES},
    ),
    "suppression d'inconnu": (
        _un(lambda e: cycle.suppression_correcte(e, "9.9.9", _REGISTRE), f.td33c), {_SUPPRIMES},
    ),
    "suppression d'un document remplacé": (
        _un(lambda e: cycle.suppression_correcte(e, ANCIEN, _REGISTRE),
            lambda: f.td33c(depart="urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated")), {"DMP-VIE-08"},
    ),
    "acte daté de l'envoi": (
        _historique("20261120103000+0100", "20261120093000"), {"DMP-HIST-01", "DMP-HIST-02"},
    ),
    "acte à une autre heure": (_historique("20190506143000+0200"), {"DMP-HIST-01"}),
    "acte à une autre heure, d'outre-mer": (_historique("20190506083000-0400"), {"DMP-HIST-01"}),
    "métadonnée datée de l'envoi": (_historique(xds="20261120093000"), {"DMP-HIST-02"}),
    "acte du jour": (_historique(acte=INSTANT), {"DMP-HIST-01"}),
    "sans personne morale": (_morale(f.FICHE["author"], f.LOT["author"]), {"DMP-HIST-03", "DMP-HIST-04"}),
    "personne morale à la place": (_morale(_MORALE), {"DMP-HIST-04"}),
}  # fmt: skip
