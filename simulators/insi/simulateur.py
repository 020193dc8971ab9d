"""Le téléservice INSi monté sur le serveur du banc : TLS mutuel, carte, et l'accès par API Pro Santé Connectée."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from cryptography import x509

from simulators.insi import erreurs
from simulators.insi import espaces as e
from simulators.insi.erreurs import CODES_OFFICIELS, Faute
from simulators.insi.etat import IDAM_PAR_DEFAUT, EtatInsi
from simulators.insi.pannes import PANNES, PARTICULARITES, Sortie, faute_de
from simulators.insi.rendu import rendre_faute, rendre_resultat, rendre_verification
from simulators.insi.resultat import Resultat, ResultatVerification
from simulators.insi.traitement import Demande, Traitee, Voie, jouer, lire_demande, recevoir, reconnaitre
from simulators.socle.identites import IDENTITES_DE_TEST, IdentiteTest
from simulators.socle.jetons import JetonRefuse, VerificateurJetons
from simulators.socle.journal import JournalEchanges
from simulators.socle.pannes import AvecPannes, RegistrePannes
from simulators.socle.pki import Identifiants, IgcTest
from simulators.socle.porteur import porteur, presenter, refuser_porteur
from simulators.socle.profils_certificats import Usage
from simulators.socle.serveur import ConfigTls, ModeClient, Port, ReponseSimulee, RequeteRecue, Route, ServeurBanc

CORPS_MAX = 1 << 20
"""Une demande fait moins de 20 ko : 1 Mio laisse voir une erreur de débutant et arrête un envoi démesuré."""


class SimulateurINSi(AvecPannes):
    """Le téléservice INSi : recherches par traits et par carte, vérification unitaire.

    Port « certificat » : TLS mutuel, CN INSI-AUTO ou INSI-MANU. Port « carte » : TLS du serveur seul, assertion dans le
    message (carte CPx ; Pro Santé Connect et structure reconnus). Port « API PSC » : TLS mutuel et jeton lié au
    certificat, qui dit seul qui s'est authentifié.

    `jetons` et `jetons_api` : qui vérifie les jetons présentés, de Pro Santé Connect (port « carte ») et du serveur
    d'autorisation des API ; sans eux, tout jeton est refusé.
    """

    jetons: VerificateurJetons | None = None
    jetons_api: VerificateurJetons | None = None

    def __init__(
        self,
        journal: JournalEchanges,
        igc: IgcTest,
        *,
        population: Iterable[IdentiteTest] = IDENTITES_DE_TEST,
        idam: Iterable[str] | None = (IDAM_PAR_DEFAUT,),
    ) -> None:
        """`population` : personnes connues ; `idam` : numéros d'autorisation admis, None = tous."""
        self.etat = EtatInsi(population, idam)
        self.pannes = RegistrePannes("insi", journal, PANNES)
        self._journal = journal
        self._igc = igc
        self._certificat: Port | None = None
        self._carte: Port | None = None
        self._api: Port | None = None

    def monter(
        self,
        serveur: ServeurBanc,
        *,
        port_certificat: int = 0,
        port_carte: int = 0,
        port_api: int = 0,
        certificat_serveur: Identifiants | None = None,
    ) -> None:
        """Ouvre les trois ports ; `certificat_serveur` : un mauvais certificat, que le logiciel doit refuser."""
        for inscription in self.etat.inscriptions:
            self._journal.autoriser_matricules(inscription.identite.matricules)
        self._certificat = serveur.ajouter(
            "insi",
            [Route("POST", e.CHEMIN, self._traiter_certificat, _operation)],
            tls=ConfigTls(client=ModeClient.REQUIS, certificat=certificat_serveur),
            port=port_certificat,
            pannes=self.pannes,
            corps_max=CORPS_MAX,
        )
        self._carte = serveur.ajouter(
            "insi",
            [Route("POST", e.CHEMIN, self._traiter_carte, _operation)],
            tls=ConfigTls(client=ModeClient.AUCUN, certificat=certificat_serveur),
            port=port_carte,
            pannes=self.pannes,
            corps_max=CORPS_MAX,
        )
        self._api = serveur.ajouter(
            "insi",
            [Route("POST", e.CHEMIN, self._traiter_api, _operation)],
            tls=ConfigTls(client=ModeClient.REQUIS, certificat=certificat_serveur),
            port=port_api,
            pannes=self.pannes,
            corps_max=CORPS_MAX,
        )

    def adresses(self) -> dict[str, str]:
        """Les adresses à donner au logiciel."""
        if self._certificat is None or self._carte is None:
            raise RuntimeError("le simulateur INSi n'est pas monté : appelez monter() d'abord")
        return {
            "url_certificat": self._certificat.url + e.CHEMIN,
            "url_carte": self._carte.url + e.CHEMIN,
        }

    @property
    def url_api_psc(self) -> str:
        """Adresse de l'API Pro Santé Connectée."""
        if self._api is None:
            raise RuntimeError("le simulateur INSi n'est pas monté : appelez monter() d'abord")
        return self._api.url + e.CHEMIN

    def remettre_a_zero(self) -> None:
        """Revient à la population de départ et oublie les pannes."""
        self.etat.remettre_a_zero()
        self.pannes.vider()

    async def _traiter_certificat(self, requete: RequeteRecue) -> ReponseSimulee:
        return self._traiter(requete, Voie.CERTIFICAT)

    async def _traiter_carte(self, requete: RequeteRecue) -> ReponseSimulee:
        return self._avec_jeton(requete, Voie.CARTE)

    async def _traiter_api(self, requete: RequeteRecue) -> ReponseSimulee:
        return self._avec_jeton(requete, Voie.API_PSC)

    def _avec_jeton(self, requete: RequeteRecue, voie: Voie) -> ReponseSimulee:
        """Un jeton présenté doit valoir. L'API l'exige ; le port « carte » non, faute de savoir comment il voyage."""
        jeton = porteur(requete)
        if voie is Voie.API_PSC:
            requete.noter("voie", voie.value)
        elif not jeton:
            return self._traiter(requete, voie)
        verificateur = self.jetons_api if voie is Voie.API_PSC else self.jetons
        if not jeton or verificateur is None:
            return refuser_porteur(requete, None)
        try:
            verifie = presenter(verificateur, requete, jeton)
        except JetonRefuse as refus:
            return refuser_porteur(requete, refus)
        return self._traiter(requete, voie, verifie.identifiant)

    def _traiter(self, requete: RequeteRecue, voie: Voie, identite: str | None = None) -> ReponseSimulee:
        demande = Demande(
            octets=requete.corps.octets,
            type_contenu=requete.entete("Content-Type") or "",
            instant=requete.instant,
            voie=voie,
            certificat=requete.certificat_client if voie is not Voie.CARTE else None,
            identite=identite,
        )
        traitee = recevoir(demande, self.etat, self._anomalies)
        requete.operation = traitee.operation
        if traitee.http is None and traitee.faute is None:
            traitee.faute = self._faute_jouee(requete)
            if traitee.faute is None:
                jouer(traitee, self.etat)
        for cle, valeur in traitee.notes.items():
            requete.noter(cle, valeur)
        if traitee.http is not None:
            requete.noter("refus", "type de contenu")
            return _refus_http(traitee.http)
        if traitee.issue is None:
            return _repondre_faute(requete, traitee.faute or erreurs.teleservices_indisponibles(), traitee.message_id)
        return self._repondre(requete, traitee)

    def _autoriser(self, resultat: Resultat | ResultatVerification) -> None:
        """Le service ne répond que des personnes fictives : la garde des matricules réels doit les connaître."""
        if isinstance(resultat, Resultat) and resultat.individu is not None:
            rendus = (resultat.individu.actif, *resultat.individu.historique)
            self._journal.autoriser_matricules(ins.numero for ins in rendus)

    def _anomalies(self, certificat: x509.Certificate, instant: datetime) -> list[str]:
        return self._igc.anomalies(certificat, instant=instant, usage=Usage.SIGNATURE)

    def _faute_jouee(self, requete: RequeteRecue) -> Faute | None:
        armee = self.pannes.prendre(requete, *CODES_OFFICIELS)
        return None if armee is None else faute_de(armee.nom, armee.parametres)

    def _repondre(self, requete: RequeteRecue, traitee: Traitee) -> ReponseSimulee:
        assert traitee.issue is not None
        sortie = Sortie(traitee.issue.resultat)
        inscription = traitee.issue.inscription
        if inscription is not None:
            requete.noter("identite_trouvee", inscription.identite.cas or inscription.identite.nom_naissance)
            for nom in inscription.particularites:
                sortie = PARTICULARITES[nom].appliquer(sortie, {})
        jouees = []
        for nom, particularite in PARTICULARITES.items():
            armee = self.pannes.prendre(requete, nom)
            if armee is not None:
                sortie = particularite.appliquer(sortie, armee.parametres)
                jouees.append(nom)
        if len(jouees) > 1:
            requete.noter("particularites", ", ".join(jouees))
        self._autoriser(sortie.resultat)
        return _habiller(requete, sortie, traitee)


def _operation(requete: RequeteRecue) -> str:
    point = reconnaitre(lire_demande(requete.corps.octets))
    return point.operation if point else ""


def _refus_http(statut: int) -> ReponseSimulee:
    message = "[banc] Type de contenu attendu : application/soap+xml (SOAP 1.2).\n"
    return ReponseSimulee(statut, message.encode(), "text/plain; charset=utf-8")


def _repondre_faute(requete: RequeteRecue, faute: Faute, message_id: str | None) -> ReponseSimulee:
    requete.noter("faute", faute.libelle)
    corps = rendre_faute(faute, message_id=message_id)
    return ReponseSimulee(faute.statut, corps.encode(), "application/soap+xml; charset=utf-8")


def _habiller(requete: RequeteRecue, sortie: Sortie, traitee: Traitee) -> ReponseSimulee:
    resultat = sortie.resultat
    action = e.PREFIXE_ACTION + traitee.operation
    if isinstance(resultat, Resultat):
        requete.noter("code_retour", resultat.code)
        if resultat.individu is not None:
            requete.noter("matricule_ins", resultat.individu.actif.numero + (resultat.individu.actif.cle or ""))
            requete.noter("oid_ins", resultat.individu.actif.oid)
        xml = rendre_resultat(resultat, action=action, message_id=traitee.message_id, options=sortie.rendu)
    else:
        requete.noter("retour_verification", "OK" if resultat.concorde else "KO")
        xml = rendre_verification(resultat, action=action, message_id=traitee.message_id, options=sortie.rendu)
    octets = xml.encode(sortie.codage)
    if sortie.marque_ordre:
        octets = b"\xef\xbb\xbf" + octets
    reponse = ReponseSimulee(200, octets, f'application/soap+xml; charset=utf-8; action="{action}Response"')
    if sortie.gzip:
        return replace(reponse, corps=gzip.compress(octets, mtime=0), entetes=(("Content-Encoding", "gzip"),))
    return reponse
