"""Journal des échanges, écriture : SQLite en ajout seul, corps par SHA-256, enregistrements chaînés.

Une insertion est une transaction : après un arrêt brutal il manque au plus l'échange en cours. Les corps sont
écrits avant l'enregistrement qui les cite.
"""

from __future__ import annotations

import errno
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from simulators.socle import base, chaine, codage
from simulators.socle.codage import Enregistrement
from simulators.socle.corps import SEUIL_MEMOIRE, Reception
from simulators.socle.echange import Corps, CorpsFichier, Echange, PoigneeRefusee, Reponse, Requete, Tls
from simulators.socle.expurgation import Expurgateur
from simulators.socle.garde import REPERE, GardeMatricules, JournalArrete, JournalEnPanne, MatriculeReel
from simulators.socle.heure import Heure
from simulators.socle.lecture_journal import EtatJournal, LectureJournal
from simulators.socle.verification_chaine import index

__all__ = [
    "TYPES",
    "Enregistrement",
    "EtatJournal",
    "JournalArrete",
    "JournalEchanges",
    "JournalEnPanne",
    "MatriculeReel",
]

TYPES = frozenset(
    {
        "action",
        "campagne",
        "declaration",
        "echange",
        "etape",
        "incident",
        "jugement",
        "panne",
        "piece",
        "poignee_refusee",
        "scenario_debut",
        "scenario_fin",
        "verdict",
    }
)
_COURANT = "\0courant"


class JournalEchanges(LectureJournal):
    """Les enregistrements d'une campagne : écrits ici, lus par `LectureJournal`. Sûr entre fils d'exécution."""

    def __init__(
        self, dossier: Path, connexion: sqlite3.Connection, etat: EtatJournal, cle: bytes, heure: Heure | None = None
    ) -> None:
        super().__init__(dossier, connexion, etat)
        self.scenario_courant: str | None = None
        self._garde = GardeMatricules()
        self._expurgateur = Expurgateur(cle)
        self._heure = heure or Heure()
        self._certificats: set[bytes] = set()

    # -- ouverture ---------------------------------------------------------------------------------------------

    @classmethod
    def creer(cls, dossier: Path, *, cle: bytes | None = None, heure: Heure | None = None) -> Self:
        """Journal neuf dans ce dossier ; refuse d'en écraser un."""
        dossier.mkdir(parents=True, exist_ok=True)
        if (dossier / base.FICHIER).exists():
            raise FileExistsError(f"un journal existe déjà dans {dossier} : l'ouvrir, ou choisir un autre dossier")
        return cls(dossier, base.ouvrir(dossier, creer=True), EtatJournal.OUVERT, cle or os.urandom(32), heure)

    @classmethod
    def reprendre(cls, dossier: Path, *, cle: bytes | None = None, heure: Heure | None = None) -> Self:
        """Journal existant, pour y ajouter. Sans la clé d'origine, les empreintes de secrets ne se comparent plus."""
        _exiger(dossier)
        journal = cls(dossier, base.ouvrir(dossier), EtatJournal.OUVERT, cle or os.urandom(32), heure)
        dernier = base.un(journal._connexion, journal._position)
        saut = journal._heure.continuer_apres(dernier.horodatage) if dernier is not None else None
        if saut is not None:
            journal.ajouter("incident", saut.en_dict())
        return journal

    @classmethod
    def ouvrir(cls, dossier: Path) -> Self:
        """Journal existant, en lecture seule (même pendant qu'un autre processus y écrit)."""
        _exiger(dossier)
        return cls(dossier, base.ouvrir_en_lecture(dossier), EtatJournal.LECTURE, os.urandom(32))

    def fermer(self) -> None:
        """Ferme la base ; les attentes en cours se terminent."""
        with self._condition:
            if self.etat is EtatJournal.FERME:
                return
            self.etat = EtatJournal.FERME
            self._condition.notify_all()
            self._connexion.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.fermer()

    # -- protection --------------------------------------------------------------------------------------------

    def proteger(self, valeur: str | bytes) -> None:
        """Déclare un secret : il sera remplacé par son empreinte dans tout ce qui s'écrit ensuite."""
        with self._condition:
            self._expurgateur.proteger(valeur)

    def oublier(self, valeurs: Iterable[str]) -> None:
        """Cesse de chercher ces secrets (jetons périmés d'un scénario fini) ; ce qui est écrit reste expurgé."""
        with self._condition:
            self._expurgateur.oublier(valeurs)

    def empreinte_secret(self, valeur: str | bytes) -> str:
        """L'empreinte qui remplace cette valeur dans le journal : pour comparer sans la connaître."""
        return self._expurgateur.empreinte(valeur)

    def expurger(self, texte: str) -> str:
        """Le texte tel qu'il s'écrirait, chaque secret connu remplacé par son empreinte ; rien n'est écrit."""
        return self._expurgateur.texte(texte)

    def expurger_cible(self, cible: str) -> str:
        """Une cible HTTP telle qu'elle s'écrirait : ses paramètres secrets sont remplacés, connus ou non."""
        return self._expurgateur.cible(cible)

    def autoriser_matricules(self, matricules: Iterable[str]) -> None:
        """Permet des matricules de test sous OID de production (13 caractères, ou 15 avec la clé)."""
        with self._condition:
            self._garde.autoriser(matricules)

    # -- écriture ----------------------------------------------------------------------------------------------

    def ajouter(self, type: str, donnees: Mapping[str, object]) -> int:
        """Ajoute un enregistrement et rend son numéro ; le scénario courant y est porté s'il n'en nomme pas."""
        if type not in TYPES:
            raise ValueError(f"type d'enregistrement inconnu : {type!r} (attendu : {', '.join(sorted(TYPES))})")
        with self._condition:
            self._exiger_ouvert()
            brut = json.dumps(donnees, ensure_ascii=False)
            # Le détail ne se parcourt que si l'ensemble peut porter un matricule, puis un secret.
            if REPERE in brut and (
                self._garde.trouve_texte(brut) or any(map(self._garde.trouve_texte, _textes(donnees)))
            ):
                self._arreter(f"un enregistrement de type {type}")
            contenu = (
                json.loads(brut) if self._expurgateur.rien_a_cacher(brut) else self._expurgateur.json(dict(donnees))
            )
            assert isinstance(contenu, dict)
            if self.scenario_courant is not None:
                contenu.setdefault("scenario", self.scenario_courant)
            return self._inserer(type, contenu)

    def ajouter_echange(
        self,
        *,
        service: str,
        operation: str,
        debut: datetime,
        fin: datetime,
        requete: Requete,
        reponse: Reponse | None = None,
        pair: str = "",
        tls: Tls | None = None,
        panne: str | None = None,
        scenario: str | None = _COURANT,
        notes: Mapping[str, str] | None = None,
    ) -> Echange:
        """Range les corps, puis l'échange, secrets remplacés ; rend l'échange tel qu'il se relira."""
        expurgateur = self._expurgateur
        with self._condition:
            self._exiger_ouvert()
            self.garder_message(requete.cible, requete.entetes + (reponse.entetes if reponse else ()))
            if any(map(self._garde.trouve_texte, (notes or {}).values())):
                self._arreter("une note d'échange")
            echange = Echange(
                numero=self._position + 1,
                service=service,
                operation=operation,
                debut=debut,
                fin=fin,
                requete=Requete(
                    methode=expurgateur.texte(requete.methode),
                    cible=expurgateur.cible(requete.cible),
                    entetes=expurgateur.entetes(requete.entetes),
                    corps=self._range(requete.corps),
                    version_http=requete.version_http,
                ),
                reponse=reponse
                and Reponse(reponse.statut, expurgateur.entetes(reponse.entetes), self._range(reponse.corps)),
                pair=pair,
                tls=tls,
                panne=panne,
                scenario=self.scenario_courant if scenario == _COURANT else scenario,
                notes={cle: expurgateur.texte(valeur) for cle, valeur in (notes or {}).items()},
            )
            for certificat in codage.certificats(tls) - self._certificats:
                self._ecrire(certificat)
                self._certificats.add(certificat)
            self._inserer("echange", codage.coder_echange(echange))
            return echange

    def ajouter_poignee_refusee(
        self, *, service: str, raison: str, pair: str = "", instant: datetime | None = None
    ) -> PoigneeRefusee:
        """Note une poignée de main TLS qui n'a pas abouti."""
        poignee = PoigneeRefusee(0, service, instant or datetime.now(UTC), raison, pair, self.scenario_courant)
        with self._condition:
            numero = self._inserer("poignee_refusee", codage.coder_poignee(poignee))
        return PoigneeRefusee(numero, poignee.service, poignee.instant, raison, pair, poignee.scenario)

    def garder_message(self, cible: str, entetes: Iterable[tuple[str, str]]) -> None:
        """Arrête la campagne si une cible ou un en-tête porte un matricule réel ; n'écrit rien sinon."""
        self._exiger_ouvert()
        if any(map(self._garde.trouve_texte, [cible, *(valeur for _, valeur in entetes)])):
            self._arreter("une cible ou un en-tête HTTP")

    def garder_contenu(self, blocs: Iterable[bytes]) -> None:
        """Arrête la campagne si ce contenu porte un matricule réel ; n'en écrit rien.

        Pour ce qu'un corps contient sans qu'on puisse l'y lire : pièce jointe en base64, archive compressée.
        """
        self._exiger_ouvert()
        examen = self._garde.examen()
        if any(map(examen.suivre, blocs)) or examen.finir():
            self._arreter("une pièce jointe")

    def debuter_scenario(self, identifiant: str, **infos: object) -> int:
        """Ouvre un scénario : tout ce qui suit en porte l'identifiant."""
        with self._condition:
            if self.scenario_courant is not None:
                raise RuntimeError(f"le scénario {self.scenario_courant} n'est pas fini")
            numero = self.ajouter("scenario_debut", {**infos, "scenario": identifiant})
            self.scenario_courant = identifiant
            return numero

    def finir_scenario(self, **infos: object) -> int:
        """Clôt le scénario courant."""
        with self._condition:
            if self.scenario_courant is None:
                raise RuntimeError("aucun scénario n'est en cours")
            try:
                return self.ajouter("scenario_fin", infos)
            finally:
                self.scenario_courant = None

    def ranger(self, octets: bytes) -> Corps:
        """Range un corps entier."""
        with self._condition:
            self._exiger_ouvert()
            if self._garde.trouve(octets):
                self._arreter("un corps")
            return self._ecrire(self._expurgateur.octets(octets))

    def ranger_formulaire(self, octets: bytes) -> Corps:
        """Range un corps de formulaire : ses champs secrets (`refresh_token`, `client_secret`…) sont remplacés."""
        return self.ranger(self._expurgateur.formulaire(octets))

    def receptionner(self, *, en_memoire: int = SEUIL_MEMOIRE) -> Reception:
        """Réception d'un corps par blocs ; si elle lève `MatriculeReel`, appeler `arreter`.

        `en_memoire` : octets gardés en mémoire ; au-delà, le corps déborde sur un fichier temporaire chiffré.
        """
        self._exiger_ouvert()
        return Reception(self._magasin, self._garde, self._expurgateur, en_memoire, self._tomber)

    def arreter(self, erreur: MatriculeReel) -> NoReturn:
        """Arrête la campagne : un incident sans matricule est noté, plus rien ne s'écrit ensuite."""
        with self._condition:
            if self.etat is EtatJournal.OUVERT:
                self._inserer(
                    "incident", {"nature": "matricule_reel", "origine": erreur.origine, "message": str(erreur)}
                )
                self.etat = EtatJournal.ARRETE
                self._condition.notify_all()
        raise erreur

    def _inserer(self, genre: str, donnees: Mapping[str, object]) -> int:
        """Ajoute un enregistrement déjà expurgé ; à appeler sous le verrou."""
        self._exiger_ouvert()
        texte = chaine.canonique(donnees)
        numero = self._position + 1
        instant, saut = self._heure.lire()
        horodatage = chaine.horodater(instant)
        empreinte = chaine.chainer(self._precedent, numero, genre, horodatage, texte)
        scenario, service, operation = index(donnees)
        ligne = (numero, genre, horodatage, scenario, service, operation, texte, self._precedent, empreinte)
        try:
            base.inserer(self._connexion, ligne)
        except sqlite3.OperationalError as erreur:
            self._tomber(erreur)
        self._position, self._precedent = numero, empreinte
        self._condition.notify_all()
        if saut is not None:
            # Après l'enregistrement, et non avant : son numéro a pu être annoncé.
            self._inserer("incident", saut.en_dict())
        return numero

    def _ecrire(self, octets: bytes) -> Corps:
        """Range des octets déjà expurgés."""
        try:
            return self._magasin.ecrire(octets)
        except OSError as erreur:
            self._tomber(erreur)

    def _tomber(self, erreur: Exception) -> NoReturn:
        """Le support ne veut plus rien : plus rien ne s'écrit ensuite, et ce qui est écrit reste tel quel."""
        with self._condition:
            if self.etat is EtatJournal.OUVERT:
                self._panne = (
                    f"le journal ne peut plus s'écrire dans {self.dossier} ({_en_clair(erreur)}) : l'échange en cours "
                    "n'a pas été gardé, tout ce qui précède est intact. À faire : libérer de la place ou rétablir le "
                    f"support, puis continuer par --reprendre={self.dossier}"
                )
                self.etat = EtatJournal.ARRETE
                self._condition.notify_all()
        raise JournalEnPanne(self._motif_de_refus()) from erreur

    def _range(self, corps: Corps) -> Corps:
        """Un corps du magasin tel quel ; tout autre y est rangé."""
        if isinstance(corps, CorpsFichier) and corps.chemin.parent.parent == self._magasin.racine:
            return corps
        if corps.taille <= SEUIL_MEMOIRE:
            return self.ranger(corps.octets)
        try:
            with self.receptionner() as reception, corps.ouvrir() as source:
                while bloc := source.read(2**18):
                    reception.ecrire(bloc)
                return reception.terminer()
        except MatriculeReel as erreur:
            self.arreter(erreur)

    def _exiger_ouvert(self) -> None:
        if self.etat is not EtatJournal.OUVERT:
            raise JournalArrete(self._motif_de_refus())

    def _arreter(self, origine: str) -> NoReturn:
        self.arreter(MatriculeReel(origine))


def _en_clair(erreur: Exception) -> str:
    """La cause, en français pour celles qu'une personne rencontre."""
    if getattr(erreur, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "is full" in str(erreur):
        return "disque plein"
    return f"{type(erreur).__name__} : {erreur}"


def _textes(valeur: object) -> Iterator[str]:
    """Textes d'une valeur JSON, tels quels : un document peut être contenu dans une chaîne."""
    if isinstance(valeur, str):
        yield valeur
    elif isinstance(valeur, Mapping):
        for element in valeur.values():
            yield from _textes(element)
    elif isinstance(valeur, list | tuple):
        for element in valeur:
            yield from _textes(element)


def _exiger(dossier: Path) -> None:
    if not (dossier / base.FICHIER).is_file():
        raise FileNotFoundError(f"aucun journal dans {dossier} : fichier {base.FICHIER} attendu")
