"""Un opérateur MSSanté en mémoire, derrière les connexions du logiciel : ce qui part, ce qui arrive, ses refus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from simulators.logiciel_temoin.api import jouer
from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.environnement import Bal, ServiceMss, lire_environnement
from simulators.logiciel_temoin.erreurs import Enveloppe
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.messagerie_connexion import TRACE, ErreurConnexion
from simulators.logiciel_temoin.messagerie_imap import ConnexionImap, Entree
from simulators.logiciel_temoin.messagerie_postes import Postes
from simulators.logiciel_temoin.messagerie_psc import demandeur, personne
from simulators.logiciel_temoin.messagerie_reponses import Issue, Reponse
from simulators.logiciel_temoin.messagerie_smtp import ConnexionSmtp

APP = "crbio@labo.formation.mssante.fr"
ORG = "secretariat@labo.formation.mssante.fr"
PER = "alix.biologue@labo.formation.mssante.fr"
MEDECIN = "camille.traitant@cabinet.formation.mssante.fr"
CONFRERE = "sacha.confrere@cabinet.formation.mssante.fr"
MATRICULE = "279035121518989"
USAGER = f"{MATRICULE}@patient.mssante.fr"
BALS = (
    Bal(APP, "APP", "LABORATOIRE DU BANC", None, "", "", ""),
    Bal(ORG, "ORG", "LABORATOIRE DU BANC", None, "", "", "jeton-org"),
    Bal(PER, "PER", "LABORATOIRE DU BANC", "99900000010", "BIOLOGUE", "ALIX", "jeton-per"),
)
ANALYSES = [{"code": "3016-3", "libelle": "Thyréostimuline", "valeur": "1.95", "unite": "m[IU]/L"}]
TRAITS = {
    "nom_naissance": "DUPONT-MARTIN",
    "premier_prenom_naissance": "ZOE",
    "prenoms_naissance": "ZOE",
    "date_naissance": "1980-02-03",
    "sexe": "F",
    "code_lieu_naissance": "75056",
}


@dataclass
class Remis:
    """Un message confié à l'opérateur."""

    bal: str
    destinataires: tuple[str, ...]
    octets: bytes


@dataclass
class Operateur:
    """Ce que l'opérateur a reçu, ce qu'il répondra, ce que contiennent ses boîtes."""

    remis: list[Remis] = field(default_factory=list)
    boites: dict[str, list[bytes]] = field(default_factory=dict)
    lus: set[tuple[str, int]] = field(default_factory=set)
    repondre: Callable[[str], Reponse | ErreurConnexion] = lambda _adresse: Reponse(250, "2.0.0 accepté")
    validite: int = 1

    def deposer(self, adresse: str, octets: bytes) -> None:
        self.boites.setdefault(adresse, []).append(octets)


class _Smtp(ConnexionSmtp):
    def __init__(self, operateur: Operateur, bal: Bal) -> None:
        self._operateur, self._adresse = operateur, bal.adresse

    def envoyer(
        self, octets: bytes, destinataires: Sequence[str], tracer: TRACE, *, accuse: bool, expediteur: str | None = None
    ) -> Issue:
        issue = Issue()
        for adresse in destinataires:
            reponse = self._operateur.repondre(adresse)
            if isinstance(reponse, ErreurConnexion):
                tracer("connexion", "SMTP", str(reponse))
                raise reponse
            tracer("envoi", f"RCPT TO:<{adresse}>", str(reponse))
            issue.reponses[adresse] = reponse
            issue.incertaine = issue.incertaine or reponse.code == 0
        if any(reponse.acceptee for reponse in issue.reponses.values()):
            self._operateur.remis.append(Remis(self._adresse, tuple(destinataires), octets))
        return issue


class _Imap(ConnexionImap):
    def __init__(self, operateur: Operateur, bal: Bal) -> None:
        self._operateur, self._adresse = operateur, bal.adresse

    def relever(self, connus: Callable[[int], set[int]], tracer: TRACE) -> tuple[int, list[Entree], dict[int, bytes]]:
        tracer("consultation", "UID FETCH", "OK")
        operateur = self._operateur
        messages = dict(enumerate(operateur.boites.get(self._adresse, []), 1))
        entrees = [
            Entree(uid, frozenset({"\\seen"} if (self._adresse, uid) in operateur.lus else ()), len(octets))
            for uid, octets in messages.items()
        ]
        deja = connus(operateur.validite)
        return operateur.validite, entrees, {uid: o for uid, o in messages.items() if uid not in deja}

    def marquer_lu(self, uidvalidity: int, uid: int, tracer: TRACE) -> None:
        self._operateur.lus.add((self._adresse, uid))


class _Postes(Postes):
    def __init__(self, labo: Labo, operateur: Operateur) -> None:
        super().__init__(labo.environnement, demandeur(labo), personne(labo), labo.defauts)
        self._operateur = operateur

    def smtp(self, bal: Bal) -> ConnexionSmtp:
        return _Smtp(self._operateur, bal)

    def imap(self, bal: Bal) -> ConnexionImap:
        return _Imap(self._operateur, bal)


class Poste:
    """Le logiciel face à cet opérateur, et un patient à l'INS qualifiée."""

    def __init__(self, environnement: Path, *defauts: str) -> None:
        lu = replace(
            lire_environnement(environnement),
            mssante=ServiceMss("labo.formation.mssante.fr", ("localhost", 1), ("localhost", 1)),
            bals=BALS,
            reference_produit="TEMOIN-0001",
        )
        self.operateur = Operateur()
        self.labo = Labo(lu, Defauts(defauts))
        self.labo.postes = _Postes(self.labo, self.operateur)
        self.labo.reglages.ecrire("alimentation_automatique_dmp", False)
        self.patient = self.creer_patient()

    def __call__(self, nom: str, utilisateur: str = "biologiste_1", /, **parametres: Any) -> Enveloppe:
        return jouer(self.labo, nom, {"utilisateur": utilisateur, **parametres})

    def fait(self, nom: str, utilisateur: str = "biologiste_1", /, **parametres: Any) -> dict[str, Any]:
        enveloppe = self(nom, utilisateur, **parametres)
        assert enveloppe.resultat == "fait", enveloppe
        return enveloppe.donnees

    def creer_patient(self, matricule: str = MATRICULE, statut: str = "QUAL", **traits: str) -> str:
        patient_id: str = self.fait("creer_patient", identite={**TRAITS, **traits})["patient_id"]
        patient = self.labo.base.patient(patient_id)
        patient.statut = statut
        if matricule:
            patient.identite |= {"matricule_ins": matricule, "oid_ins": "1.2.250.1.213.1.4.10"}
        return patient_id

    def valider(self, **parametres: Any) -> str:
        """Valide un compte rendu complet du patient ; rend son document_id."""
        valeurs = {"patient_id": self.patient, "statut_cr": "complet", "analyses": ANALYSES, **parametres}
        identifiant: str = self.fait("valider_compte_rendu", **valeurs)["document"]["document_id"]
        return identifiant

    def correspondant(self, adresse: str = MEDECIN, nom: str = "TRAITANT") -> str:
        saisie = {"nom": nom, "adresse_mss": adresse}
        donnees = self.fait("ajouter_correspondant", patient_id=self.patient, correspondant=saisie)
        identifiant: str = donnees["correspondant"]["correspondant_id"]
        return identifiant

    def automatiser(self, *, patient: bool = True, correspondants: bool = True) -> None:
        self.labo.reglages.ecrire("envoi_automatique_mss", {"patient": patient, "correspondants": correspondants})

    def ecrire(self, **parametres: Any) -> Enveloppe:
        """Écrit un courriel depuis la BAL du biologiste, à un médecin, sauf avis contraire."""
        valeurs = {"expediteur": PER, "destinataires": [MEDECIN], "objet": "À propos", "corps": "Bonjour."}
        return self("envoyer_courriel", **{**valeurs, **parametres})

    @property
    def remis(self) -> list[Remis]:
        return self.operateur.remis
