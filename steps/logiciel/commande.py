"""L'adaptateur `commande` : un programme quelconque, une demande JSON en entrée, une réponse JSON en sortie."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steps.logiciel.contrat import charger_contrat
from steps.logiciel.enveloppe import lire_actions, lire_apropos, lire_objet, lire_reponse
from steps.logiciel.processus import Processus, ProgrammeAbsent, TropGros, TropLong
from steps.logiciel.protocole import AdaptateurInjoignable, Apropos, AproposInconnu, ReponseAction
from steps.logiciel.types_adaptateur import DELAI_S, DescriptionAdaptateur, TypeAdaptateur
from steps.secrets_action import ACTIONS as ACTIONS_SECRETES

if TYPE_CHECKING:
    from steps.logiciel.contexte import ContexteAdaptateur

VERSION = "1"
TAILLE_MAX = 64 << 20
APROPOS, ACTIONS = "apropos", "actions"
"""Les deux demandes qui ne sont pas des actions du contrat."""
_ENCODAGES = ("utf-8", "cp1252", "cp850")
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_TRACE_MAX = 2000
_SECRET_MIN = 6
_DELAI_ARRET_S = 5.0


class AdaptateurCommande:
    """Un processus par demande, ou un seul qui reste en marche (`persistant`) et répond ligne à ligne.

    `confiees` : actions que logiciel.yaml lui donne par leur nom ; elles sont offertes quand le programme ne sait pas
    dire les siennes. `secrets` : masqués s'il les répète.
    """

    def __init__(
        self,
        commande: Sequence[str],
        *,
        dossier: Path,
        environnement: Path,
        persistant: bool = False,
        delai_s: float = 60.0,
        encodage: str = "utf-8",
        variables: Mapping[str, str] | None = None,
        comptes: Mapping[str, str] | None = None,
        secrets: Iterable[str] = (),
        confiees: Iterable[str] = (),
        taille_max: int = TAILLE_MAX,
    ) -> None:
        self._commande = tuple(commande)
        self._dossier = dossier
        self._environnement = environnement
        self._persistant = persistant
        self._delai_s = delai_s
        self._encodage = encodage
        self._variables = dict(variables or {})
        self._comptes = dict(comptes or {})
        self._secrets = tuple(secret for secret in secrets if len(secret) >= _SECRET_MIN)
        self._confiees = frozenset(confiees)
        self._taille_max = taille_max
        self._verrou = threading.Lock()
        self.une_a_la_fois = persistant
        self._numero = 0
        self._en_marche: Processus | None = None

    def apropos(self) -> Apropos:
        brut, _ = self._demander(APROPOS)
        if brut.get("resultat") == "non_gere":
            raise AproposInconnu(f"{self._lieu(APROPOS)} : le programme ne sait pas dire le nom du logiciel")
        return lire_apropos(self._donnees(brut, APROPOS), self._lieu(APROPOS))

    def actions(self) -> frozenset[str]:
        brut, _ = self._demander(ACTIONS)
        if brut.get("resultat") == "non_gere":
            return self._confiees
        return lire_actions(self._donnees(brut, ACTIONS).get("actions"), f"{self._lieu(ACTIONS)}, donnees.actions")

    def jouer(self, action: str, utilisateur: str, parametres: Mapping[str, Any]) -> ReponseAction:
        description = charger_contrat().action(action)
        description.verifier_parametres(parametres)
        brut, trace = self._demander(action, self._comptes.get(utilisateur, utilisateur), parametres)
        reponse = lire_reponse(brut, description, self._lieu(action))
        return ReponseAction(reponse.resultat, reponse.messages, reponse.donnees, trace)

    def fermer(self) -> None:
        """Ferme l'entrée du programme qui reste en marche, puis insiste."""
        processus, self._en_marche = self._en_marche, None
        if processus is not None:
            processus.ecrire(b"", dernier=True)
            with suppress(TropLong, TropGros):
                processus.lire_tout(_DELAI_ARRET_S)
            processus.tuer()
            processus.rendre()

    # -------------------------------------------------------------- échanges
    def _demander(
        self, action: str, utilisateur: str = "", parametres: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], str]:
        """La réponse, et ce que le programme a écrit sur sa sortie d'erreur."""
        demande = {
            "version": VERSION,
            "action": action,
            "utilisateur": utilisateur,
            "parametres": dict(parametres or {}),
            "environnement": str(self._environnement),
        }
        lieu = self._lieu(action)
        if not self._persistant:
            return self._lire(*self._un_tour(_ligne(demande), action), action)
        with self._verrou:
            self._numero += 1
            octets, trace = self._un_tour(_ligne({**demande, "numero": self._numero}), action)
            try:
                brut, _ = self._lire(octets, trace, action)
                if brut.get("numero") != self._numero:
                    raise AdaptateurInjoignable(
                        f"{lieu} : attendu la réponse n° {self._numero} (clé numero, recopiée de la demande), reçu "
                        f"{brut.get('numero')!r}"
                    )
            except AdaptateurInjoignable:
                # Une ligne de trop décale tout : le programme repart de rien à la demande suivante.
                self._abandonner()
                raise
        return brut, trace

    def _lire(self, octets: bytes, trace: str, action: str) -> tuple[dict[str, Any], str]:
        lieu = self._lieu(action)
        try:
            return lire_objet(self._decoder(octets, lieu), lieu), trace
        except AdaptateurInjoignable as erreur:
            if action in ACTIONS_SECRETES:
                raise AdaptateurInjoignable(f"{lieu} : attendu un objet JSON (réponse tue : {_TUE})") from None
            conseil = "" if octets.strip() else " ; le programme n'a rien répondu"
            raise AdaptateurInjoignable(f"{erreur}{conseil}{_en_suite(trace)}") from erreur

    def _un_tour(self, ligne: bytes, action: str) -> tuple[bytes, str]:
        processus = self._en_marche if self._persistant else None
        if processus is None:
            processus = self._lancer(action)
        try:
            processus.ecrire(ligne, dernier=not self._persistant)
            octets = (processus.lire_ligne if self._persistant else processus.lire_tout)(self._delai_s)
            trace = self._trace(processus, action)
            if not octets if self._persistant else processus.code():
                raise AdaptateurInjoignable(
                    f"{self._lieu(action)} : attendu une réponse et un code de sortie 0, le programme s'est arrêté "
                    f"avec le code {processus.code()}{_en_suite(trace)}"
                )
        except TropLong:
            processus.tuer()
            raise AdaptateurInjoignable(
                f"{self._lieu(action)} : pas de réponse en {self._delai_s:g} s, programme arrêté ; vérifiez qu'il "
                f"n'attend pas une saisie, ou allongez delai_s{_en_suite(self._trace(processus, action))}"
            ) from None
        except TropGros:
            processus.tuer()
            raise AdaptateurInjoignable(
                f"{self._lieu(action)} : réponse de plus de {self._taille_max} octets, programme arrêté"
            ) from None
        except BaseException:
            processus.tuer()
            raise
        finally:
            if not (self._persistant and processus.vivant):
                self._en_marche = None
                processus.rendre()
        return octets, trace

    def _abandonner(self) -> None:
        processus, self._en_marche = self._en_marche, None
        if processus is not None:
            processus.tuer()
            processus.rendre()

    def _lancer(self, action: str) -> Processus:
        try:
            processus = Processus(
                self._commande, dossier=self._dossier, variables=self._variables, taille_max=self._taille_max
            )
        except ProgrammeAbsent as erreur:
            raise AdaptateurInjoignable(
                f"{self._lieu(action)} : le programme ne se lance pas ({erreur}) ; attendu une commande, relative à "
                f"{self._dossier} ou connue du système : {' '.join(self._commande)}"
            ) from erreur
        if self._persistant:
            self._en_marche = processus
        return processus

    # ---------------------------------------------------------------- textes
    def _decoder(self, octets: bytes, lieu: str) -> str:
        """Le texte de la réponse. Un encodage deviné pourrait changer un nom : seul celui qui est dit est cru."""
        marque = next((nom for bom, nom in _BOMS.items() if octets.startswith(bom)), None)
        try:
            texte = octets.decode(marque or self._encodage)
        except UnicodeDecodeError as erreur:
            raise AdaptateurInjoignable(
                f"{lieu} : attendu une réponse en {marque or self._encodage}, octet {erreur.start} illisible "
                f"(0x{octets[erreur.start]:02x}) ; faites écrire le programme en UTF-8 (PowerShell : "
                "[Console]::OutputEncoding = [Text.UTF8Encoding]::new($false)), ou dites son encodage par la clé "
                "encodage"
            ) from erreur
        return self._masquer(texte).strip().strip("\ufeff")

    def _trace(self, processus: Processus, action: str) -> str:
        octets = processus.erreurs()
        if octets and action in ACTIONS_SECRETES:
            return f"sortie d'erreur tue : {_TUE}"
        return self._masquer(octets.decode(self._encodage, "replace")).strip()[-_TRACE_MAX:]

    def _masquer(self, texte: str) -> str:
        for secret in self._secrets:
            texte = texte.replace(secret, "[secret masqué]")
        return texte

    def _donnees(self, brut: Mapping[str, Any], action: str) -> dict[str, Any]:
        donnees = brut.get("donnees")
        if brut.get("resultat") != "fait" or not isinstance(donnees, dict):
            raise AdaptateurInjoignable(
                f'{self._lieu(action)} : attendu {{"resultat": "fait", "donnees": {{…}}}}, reçu {brut!r}'
            )
        return donnees

    def _lieu(self, action: str) -> str:
        return f"programme {self._commande[0]}, demande {action}"


_TUE = "cette action manipule des secrets"


def _ligne(demande: Mapping[str, Any]) -> bytes:
    """Une ligne JSON sans caractère accentué : elle se lit de même dans tous les encodages."""
    return json.dumps(demande, allow_nan=False).encode() + b"\n"


def _en_suite(trace: str) -> str:
    return f" ; sortie d'erreur : {trace[-500:]}" if trace else ""


def _fabriquer(description: DescriptionAdaptateur, contexte: ContexteAdaptateur) -> AdaptateurCommande:
    reglages = description.reglages
    return AdaptateurCommande(
        reglages["commande"],
        dossier=description.dossier,
        environnement=contexte.environnement,
        persistant=reglages["persistant"],
        delai_s=reglages["delai_s"],
        encodage=reglages["encodage"],
        variables=reglages["variables"],
        comptes=contexte.logiciel.comptes,
        secrets=contexte.logiciel.secrets,
        confiees=[action for action, nom in contexte.logiciel.actions.items() if nom == description.nom],
    )


TYPE_ADAPTATEUR = TypeAdaptateur(
    nom="commande",
    resume="un programme à vous, dans n'importe quel langage : une demande JSON en entrée, une réponse JSON en sortie",
    cles={
        "commande": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string"},
            "description": "le programme et ses arguments, lancés dans le dossier de ce fichier",
            "examples": [["python3", "mon_adaptateur.py"]],
        },
        "persistant": {
            "type": "boolean",
            "default": False,
            "description": "vrai : un seul programme reste en marche, une ligne JSON par demande et par réponse",
        },
        "delai_s": DELAI_S,
        "encodage": {
            "enum": list(_ENCODAGES),
            "default": "utf-8",
            "description": "encodage de ses sorties, quand aucune marque d'ordre ne le dit",
        },
        "variables": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "default": {},
            "description": "variables d'environnement ajoutées ; ${NOM} est lu dans celles du banc",
        },
    },
    obligatoires=("commande",),
    fabrique=_fabriquer,
)
