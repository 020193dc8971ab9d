"""L'état du DMP simulé : dossiers, registre, entrepôt. En mémoire, vidé avant chaque scénario."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from simulators.dmp.depot import Contenu, Depot
from simulators.dmp.ebrim import (
    APPROVED,
    DELETED,
    DEPRECATED,
    HAS_MEMBER,
    RPLC,
    Association,
    DocumentEntry,
    SubmissionSet,
)
from simulators.dmp.fabrique import construire_fiche
from simulators.dmp.vihf import Ins
from simulators.socle.echange import Corps


def nouvel_uuid() -> str:
    """Identifiant d'objet du registre."""
    return f"urn:uuid:{uuid.uuid4()}"


@dataclass(frozen=True)
class EntreeDocument:
    """Un document du registre : sa fiche courante, son contenu, le lot qui l'a apporté.

    `derniere` est faux pour les versions de métadonnées remplacées par une plus récente (même `lid`).
    """

    fiche: DocumentEntry
    contenu: Contenu
    lot: str = ""
    deposant: str = ""
    structure: str = ""
    par_le_patient: bool = False
    derniere: bool = True

    @property
    def unique_id(self) -> str:
        return self.fiche.unique_id

    @property
    def entry_uuid(self) -> str:
        return self.fiche.id

    @property
    def statut(self) -> str:
        return self.fiche.status

    @property
    def octets(self) -> bytes:
        return self.contenu.corps.octets

    @property
    def corps(self) -> Corps:
        return self.contenu.corps


@dataclass
class Dossier:
    """Le DMP d'un patient. `autorisations` : identifiant de professionnel → VALIDE, EXPIRE ou INTERDIT."""

    matricule_ins: str
    oid: str
    nom: str = ""
    prenoms: tuple[str, ...] = ()
    sexe: str = ""
    date_naissance: str = ""
    statut: str = "active"
    date_fermeture: str = ""
    motif_fermeture: str = ""
    rattache_ens: bool = True
    compte_internet: bool = False
    autorisations: dict[str, str] = field(default_factory=dict)
    opposition_bris_de_glace: bool = False
    opposition_acces_urgence: bool = False
    mineur: bool = False
    medecins_traitants: set[str] = field(default_factory=set)
    entrees: dict[str, EntreeDocument] = field(default_factory=dict)
    lots: dict[str, SubmissionSet] = field(default_factory=dict)
    associations: dict[str, Association] = field(default_factory=dict)
    dates_autorisation: dict[str, str] = field(default_factory=dict)

    @property
    def ins(self) -> Ins:
        return Ins(self.matricule_ins, self.oid)

    @property
    def ferme(self) -> bool:
        return self.statut == "terminated"

    def autorisation(self, professionnel: str) -> str:
        """Autorisation du professionnel : VALIDE, EXPIRE, INTERDIT ou NON_EXISTE."""
        return self.autorisations.get(professionnel, "NON_EXISTE")

    def par_unique_id(self, unique_id: str) -> EntreeDocument | None:
        """Dernière version de la fiche de cet uniqueId."""
        return next((e for e in self.entrees.values() if e.derniere and e.unique_id == unique_id), None)


class EtatDMP:
    """Tous les dossiers. Les méthodes peuvent être appelées d'un autre fil que celui du serveur."""

    def __init__(self, *, identifiant_entrepot: str = "1.2.250.1.213.4.1.1.1.2") -> None:
        self.depot = Depot()
        self.identifiant_entrepot = identifiant_entrepot
        self._dossiers: dict[Ins, Dossier] = {}
        self._unique_ids: dict[str, str] = {}
        self._messages: set[str] = set()
        self._vihf: dict[str, str] = {}
        self._verrou = threading.RLock()

    @property
    def verrou(self) -> threading.RLock:
        """À tenir pendant qu'on contrôle puis enregistre un lot."""
        return self._verrou

    # ------------------------------------------------------------------ semis et lecture, pour le banc
    def ouvrir_dossier(
        self,
        matricule_ins: str,
        oid: str,
        *,
        nom: str = "",
        prenoms: Iterable[str] = (),
        sexe: str = "",
        date_naissance: str = "",
        statut: str = "active",
        date_fermeture: str = "",
        motif_fermeture: str = "",
        rattache_ens: bool = True,
        compte_internet: bool = False,
        autorisations: Mapping[str, str] | None = None,
        opposition_bris_de_glace: bool = False,
        opposition_acces_urgence: bool = False,
        mineur: bool = False,
        medecin_traitant: str | None = None,
    ) -> Dossier:
        """Ouvre le DMP d'un patient, ou le remplace. `statut` : `active` ou `terminated` (fermé)."""
        if statut not in ("active", "terminated"):
            raise ValueError(f"statut « {statut} » inconnu : active ou terminated")
        inconnues = set((autorisations or {}).values()) - {"VALIDE", "EXPIRE", "INTERDIT"}
        if inconnues:
            raise ValueError(f"autorisation inconnue : {', '.join(sorted(inconnues))}")
        dossier = Dossier(
            matricule_ins,
            oid,
            nom=nom,
            prenoms=tuple(prenoms),
            sexe=sexe,
            date_naissance=date_naissance,
            statut=statut,
            date_fermeture=date_fermeture or (_horodate() if statut == "terminated" else ""),
            motif_fermeture=motif_fermeture or ("FERMETURE_DEMANDE_PATIENT" if statut == "terminated" else ""),
            rattache_ens=rattache_ens,
            compte_internet=compte_internet,
            autorisations=dict(autorisations or {}),
            opposition_bris_de_glace=opposition_bris_de_glace,
            opposition_acces_urgence=opposition_acces_urgence,
            mineur=mineur,
            medecins_traitants={medecin_traitant} if medecin_traitant else set(),
        )
        with self._verrou:
            self._dossiers[dossier.ins] = dossier
        return dossier

    def deposer(self, dossier: Dossier, octets_cda: bytes, **metadonnees: object) -> EntreeDocument:
        """Dépose un document dans le dossier, hors de tout échange : ce que d'autres y ont déjà mis.

        Les métadonnées sont tirées du CDA ; chaque champ de `DocumentEntry` peut être imposé (`title=…`,
        `type_code=Code(…)`), ainsi que `auteur` (identifiant), `structure`, `masque_ps`, `invisible_patient`,
        `invisible_representants`, `par_le_patient`.
        """
        contenu = self.depot.ranger([octets_cda])
        fiche = construire_fiche(octets_cda, dossier.ins, contenu, metadonnees)
        lot = SubmissionSet(
            id=nouvel_uuid(),
            status=APPROVED,
            submission_time=fiche.creation_time,
            authors=fiche.authors[:1],
            patient_id=dossier.ins.cx,
            source_id="1.2.250.1.213.99.2",
            unique_id=f"2.25.{uuid.uuid4().int}",
        )
        lien = Association(source=lot.id, cible=fiche.id, slots=(("SubmissionSetStatus", ("Original",)),))
        entree = EntreeDocument(
            fiche,
            contenu,
            deposant=fiche.authors[0].identifiant if fiche.authors else "",
            structure=next(iter(fiche.authors[0].identifiants_institutions), "") if fiche.authors else "",
            par_le_patient=bool(metadonnees.get("par_le_patient", False)),
        )
        [enregistree] = self.enregistrer(dossier, lot, [entree], [lien])
        return enregistree

    def remplacer(self, dossier: Dossier, unique_id: str, octets_cda: bytes, **metadonnees: object) -> EntreeDocument:
        """Dépose une nouvelle version d'un document, hors de tout échange : l'ancienne est Deprecated et désignée."""
        with self._verrou:
            ancienne = dossier.par_unique_id(unique_id)
            if ancienne is None:
                raise KeyError(f"aucun document d'uniqueId {unique_id} dans ce DMP")
            neuve = self.deposer(dossier, octets_cda, **metadonnees)
            lien = Association(id=nouvel_uuid(), type=RPLC, source=neuve.entry_uuid, cible=ancienne.entry_uuid)
            dossier.associations[lien.id] = replace(lien, status=APPROVED)
            self.changer_statut(dossier, ancienne.entry_uuid, DEPRECATED)
        return neuve

    def dossier(self, matricule: str, oid: str | None = None) -> Dossier | None:
        """Dossier du matricule (15 caractères, ou 13 sans clé), None s'il n'y a pas de DMP."""
        with self._verrou:
            for ins, dossier in self._dossiers.items():
                if ins.matricule.startswith(matricule) and len(matricule) >= 13 and oid in (None, ins.oid):
                    return dossier
        return None

    def dossier_de(self, ins: Ins) -> Dossier | None:
        """Dossier de cet INS exact."""
        return self._dossiers.get(ins)

    def dossiers(self) -> tuple[Dossier, ...]:
        """Tous les dossiers, dans l'ordre d'ouverture."""
        with self._verrou:
            return tuple(self._dossiers.values())

    def documents(self, dossier: Dossier | str | None = None, *, tous: bool = False) -> tuple[EntreeDocument, ...]:
        """Documents d'un dossier (ou de tous), dans l'ordre d'arrivée ; `tous` ajoute les anciennes versions."""
        if isinstance(dossier, str):
            trouve = self.dossier(dossier)
            vises: tuple[Dossier, ...] = (trouve,) if trouve else ()
        else:
            vises = (dossier,) if dossier else self.dossiers()
        with self._verrou:
            return tuple(e for vise in vises for e in vise.entrees.values() if tous or e.derniere)

    def document(self, unique_id: str) -> EntreeDocument | None:
        """Dernière version du document de cet uniqueId, tous dossiers confondus, supprimés compris."""
        return next((e for e in self.documents() if e.unique_id == unique_id), None)

    def changer_contenu(self, unique_id: str, octets: bytes) -> EntreeDocument:
        """Met d'autres octets sous cet uniqueId, empreinte et taille comprises : une copie que l'on distingue."""
        with self._verrou:
            for dossier in self._dossiers.values():
                if (entree := dossier.par_unique_id(unique_id)) is not None:
                    contenu = self.depot.ranger([octets])
                    fiche = replace(entree.fiche, hash=contenu.sha1, size=str(contenu.taille))
                    changee = replace(entree, fiche=fiche, contenu=contenu)
                    dossier.entrees[entree.entry_uuid] = changee
                    return changee
        raise KeyError(f"aucun document d'uniqueId {unique_id} au DMP")

    def vider(self) -> None:
        """Oublie tout."""
        with self._verrou:
            self._dossiers.clear()
            self._unique_ids.clear()
            self._messages.clear()
            self._vihf.clear()
            self.depot.vider()

    # ------------------------------------------------------------------ registre, pour les endpoints
    def empreinte_de(self, unique_id: str) -> str | None:
        """SHA-1 du contenu déjà enregistré sous cet uniqueId, chaîne vide pour un lot, None s'il est libre."""
        return self._unique_ids.get(unique_id)

    def enregistrer(
        self,
        dossier: Dossier,
        lot: SubmissionSet,
        entrees: Iterable[EntreeDocument],
        associations: Iterable[Association],
    ) -> list[EntreeDocument]:
        """Inscrit un lot contrôlé : identifiants définitifs, statuts, liens. Tout ou rien."""
        with self._verrou:
            reels: dict[str, str] = {}

            def reel(identifiant: str) -> str:
                return reels.get(identifiant, identifiant)

            def attribuer(identifiant: str) -> str:
                reels[identifiant] = identifiant if _libre(identifiant, dossier) else nouvel_uuid()
                return reels[identifiant]

            lot = replace(lot, id=attribuer(lot.id), status=APPROVED, anomalies=())
            faites: list[EntreeDocument] = []
            for entree in entrees:
                identifiant = attribuer(entree.fiche.id)
                fiche = replace(
                    entree.fiche,
                    id=identifiant,
                    lid=entree.fiche.lid if entree.fiche.lid.startswith("urn:uuid:") else identifiant,
                    status=entree.fiche.status or APPROVED,
                    version=entree.fiche.version or "1",
                    hash=entree.contenu.sha1,
                    size=str(entree.contenu.taille),
                    repository_unique_id=self.identifiant_entrepot,
                    anomalies=(),
                )
                entree = replace(entree, fiche=fiche, lot=lot.id)
                dossier.entrees[fiche.id] = entree
                self._unique_ids[fiche.unique_id] = entree.contenu.sha1
                faites.append(entree)
            dossier.lots[lot.id] = lot
            self._unique_ids[lot.unique_id] = ""
            for lien in associations:
                pose = replace(
                    lien, id=nouvel_uuid(), source=reel(lien.source), cible=reel(lien.cible), status=APPROVED
                )
                dossier.associations[pose.id] = pose
            return faites

    def changer_statut(self, dossier: Dossier, entry_uuid: str, statut: str) -> EntreeDocument:
        """Change le statut d'une fiche (Deprecated, Archived, Deleted…)."""
        with self._verrou:
            entree = dossier.entrees[entry_uuid]
            changee = replace(entree, fiche=replace(entree.fiche, status=statut))
            dossier.entrees[entry_uuid] = changee
            return changee

    def nouvelle_version(
        self, dossier: Dossier, ancienne: EntreeDocument, fiche: DocumentEntry, lot: SubmissionSet
    ) -> EntreeDocument:
        """Nouvelle version de métadonnées : même `lid`, version + 1, nouvel entryUUID ; l'ancienne est Deprecated."""
        with self._verrou:
            version = ancienne.fiche.version_metadonnees + 1
            neuve = replace(
                fiche, id=nouvel_uuid(), lid=ancienne.fiche.lid, version=str(version), status=ancienne.statut
            )
            entree = replace(ancienne, fiche=neuve)
            dossier.entrees[ancienne.entry_uuid] = replace(
                ancienne, fiche=replace(ancienne.fiche, status=DEPRECATED), derniere=False
            )
            slots = (
                ("SubmissionSetStatus", ("Original",)),
                ("PreviousVersion", (str(ancienne.fiche.version_metadonnees),)),
            )
            lien = Association(type=HAS_MEMBER, source=lot.id, cible=neuve.id, slots=slots)
            [enregistree] = self.enregistrer(dossier, lot, [entree], [lien])
            return enregistree

    def inscrire_lot(self, dossier: Dossier, lot: SubmissionSet, associations: Iterable[Association]) -> None:
        """Inscrit un lot sans document (changement de statut)."""
        self.enregistrer(dossier, lot, (), associations)

    def autoriser(self, dossier: Dossier, professionnel: str, *, ajout: bool, traitant: bool, date: str) -> None:
        """Ajoute ou retire l'autorisation d'un professionnel ; sans effet si elle est déjà dans cet état."""
        with self._verrou:
            if ajout:
                dossier.autorisations[professionnel] = "VALIDE"
                dossier.dates_autorisation[professionnel] = date
                if traitant:
                    dossier.medecins_traitants.add(professionnel)
            else:
                dossier.autorisations.pop(professionnel, None)
                dossier.dates_autorisation.pop(professionnel, None)
                dossier.medecins_traitants.discard(professionnel)

    # ------------------------------------------------------------------ rejeu
    def nouveau_message(self, message_id: str) -> bool:
        """Note le MessageID ; faux s'il a déjà servi."""
        with self._verrou:
            if message_id in self._messages:
                return False
            self._messages.add(message_id)
            return True

    def vihf_du_patient(self, identifiant: str, patient: str) -> bool:
        """Note le VIHF pour ce patient ; faux s'il a déjà servi pour un autre."""
        with self._verrou:
            return self._vihf.setdefault(identifiant, patient) == patient


def accessible(entree: EntreeDocument) -> bool:
    """Vrai si la fiche n'est pas supprimée."""
    return entree.statut != DELETED


def _libre(identifiant: str, dossier: Dossier) -> bool:
    try:
        uuid.UUID(identifiant.removeprefix("urn:uuid:"))
    except ValueError:
        return False
    pris = identifiant in dossier.entrees or identifiant in dossier.lots
    return identifiant.startswith("urn:uuid:") and not pris


def _horodate() -> str:
    return datetime.now(UTC).strftime("%Y%m%d%H%M%S")
