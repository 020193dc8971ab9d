"""Client SOAP du DMP : en-têtes WS-Addressing, VIHF, envoi, lecture des réponses et de leurs erreurs."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field

from lxml import etree

from simulators.logiciel_temoin import dmp_vihf, mtom, psc_api
from simulators.logiciel_temoin.cadence import Cadence
from simulators.logiciel_temoin.environnement import Certificat
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.soap import (
    WSA,
    WSSE,
    FauteSoap,
    ReponseIllisible,
    ajouter,
    corps_de_reponse,
    enveloppe,
    lire_xml,
    octets,
    texte,
)
from simulators.logiciel_temoin.transport import ErreurTransport
from simulators.logiciel_temoin.utilisateurs import Utilisateur

ANONYME = "http://www.w3.org/2005/08/addressing/anonymous"
RS = "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"


class ErreurDmp(Exception):
    """Le DMP a refusé, ou n'a pas répondu ; `incertain` : on ne sait pas s'il a enregistré."""

    def __init__(self, code: str, message: str, *, incertain: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.incertain = incertain


@dataclass(frozen=True)
class Service:
    """Une transaction : son nom, son service, son action."""

    transaction: str
    service: str
    action: str


@dataclass
class Session:
    """Les échanges d'une personne (ou d'un automate) avec le DMP d'un patient."""

    labo: Labo
    utilisateur: Utilisateur
    demandeur: dmp_vihf.Demandeur
    patient_id: str
    patient_cx: str
    cadence: Cadence | None = None
    pieces: dict[str, bytes] = field(default_factory=dict)

    def appeler(
        self, service: Service, contenu: etree._Element, pieces: list[tuple[str, str, bytes]] | None = None
    ) -> etree._Element:
        """Envoie et rend le corps de la réponse ; trace la transaction et son résultat."""
        try:
            with self.cadence.place() if self.cadence is not None else nullcontext():
                reponse = self._echanger(service, contenu, pieces)
            self._refuser_erreurs(reponse)
        except ErreurDmp as erreur:
            self._tracer(service.transaction, f"{erreur.code} : {erreur}")
            raise
        self._tracer(service.transaction, "fait")
        return reponse

    def _tracer(self, transaction: str, resultat: str) -> None:
        self.labo.traces.ajouter(
            "dmp",
            self.utilisateur.compte,
            transaction,
            self.patient_id,
            transaction=transaction,
            resultat=resultat,
            identifiant_national=self.demandeur.professionnel.identifiant_national,
        )

    def _echanger(
        self, service: Service, contenu: etree._Element, pieces: list[tuple[str, str, bytes]] | None
    ) -> etree._Element:
        labo = self.labo
        racine, entete, corps = enveloppe()
        ajouter(entete, WSA, "Action", service.action)
        message_id = "urn:uuid:" + labo.identifiant("dmp_message_id")
        ajouter(entete, WSA, "MessageID", message_id)
        api = psc_api.adresse(labo, self.utilisateur, "dmp")
        url = f"{api or labo.environnement.url_dmp}/{service.service}"
        ajouter(entete, WSA, "To", url)
        ajouter(ajouter(entete, WSA, "ReplyTo"), WSA, "Address", ANONYME)
        securite = etree.SubElement(entete, f"{{{WSSE}}}Security", nsmap={"wsse": WSSE})
        securite.append(dmp_vihf.construire(labo, self.demandeur, self.patient_cx, service.transaction))
        corps.append(contenu)
        labo.defauts.muter_xml("dmp_message", racine, service.transaction)
        principale = labo.defauts.muter_texte("dmp_octets", octets(racine).decode(), service.transaction).encode()
        if pieces:
            type_mime, envoi = mtom.composer(principale, pieces, service.action)
        else:
            type_mime = f'application/soap+xml; charset=utf-8; action="{service.action}"'
            envoi = principale
        certificat = None if labo.defaut("dmp_tls_sans_certificat") else labo.environnement.certificats["org_auth_cli"]
        entetes = {"Content-Type": type_mime}
        if api:
            certificat = psc_api.certificat(labo)
            entetes |= psc_api.porteur(labo, self.utilisateur, "dmp")
        return self._lire(url, envoi, entetes, certificat, message_id)

    def _lire(
        self, url: str, envoi: bytes, entetes: dict[str, str], certificat: Certificat | None, message_id: str
    ) -> etree._Element:
        try:
            reponse = self.labo.transport.demander("POST", url, envoi, entetes, certificat)
        except ErreurTransport as erreur:
            raise ErreurDmp("TRANSPORT", f"Le DMP ne répond pas : {erreur}", incertain=True) from erreur
        try:
            principale, self.pieces = mtom.lire(reponse.type_mime, reponse.octets)
            arbre = lire_xml(principale)
            contenu = corps_de_reponse(arbre)
        except FauteSoap as faute:
            raise ErreurDmp(faute.code, f"Le DMP a refusé : {faute}") from faute
        except ReponseIllisible as erreur:
            code = f"HTTP {reponse.statut}" if reponse.statut != 200 else "REPONSE_ILLISIBLE"
            raise ErreurDmp(code, f"Réponse du DMP inexploitable : {erreur}", incertain=True) from erreur
        relie = texte(arbre.find(f".//{{{WSA}}}RelatesTo"))
        if relie and relie != message_id:
            raise ErreurDmp("REPONSE_AUTRE", "La réponse du DMP ne répond pas à ce message.", incertain=True)
        return contenu

    def _refuser_erreurs(self, reponse: etree._Element) -> None:
        """Erreurs rendues dans le corps : registre, accusé HL7 v3, services du DMP."""
        registre = reponse if reponse.tag == f"{{{RS}}}RegistryResponse" else reponse.find(f"{{{RS}}}RegistryResponse")
        for noeud in (registre, reponse):
            if noeud is None or not str(noeud.get("status", "")).endswith((":Failure", ":PartialSuccess")):
                continue
            erreurs = list(noeud.iter(f"{{{RS}}}RegistryError"))
            code = erreurs[0].get("errorCode", "") if erreurs else "XDSRegistryError"
            detail = " ; ".join(e.get("codeContext", "") for e in erreurs)
            raise ErreurDmp(code, f"Le DMP a refusé : {detail or code} (code {code})")
        local = etree.QName(reponse).localname
        if local == "PRPA_IN201308UV02":
            _refuser_accuse(reponse)
        statut = next((texte(e) for e in reponse.iter() if _local(e) == "status"), "")
        if local.endswith("Response") and statut.startswith("DMP") and statut != "DMPOk":
            contexte = next((texte(e) for e in reponse.iter() if _local(e) == "context"), "")
            raise ErreurDmp(statut, f"Le DMP a refusé : {contexte or statut} (code {statut})")
        if local == "setAuthorizationResponse" and statut != "DMPOk":
            raise ErreurDmp(statut or "INCONNU", f"Le DMP a refusé l'autorisation (code {statut}).")


def _refuser_accuse(reponse: etree._Element) -> None:
    accuse = next((e.get("code", "") for e in reponse.iter() if _local(e) == "typeCode" and e.get("code")), "")
    if accuse in ("AE", "AR"):
        detail = next((e for e in reponse.iter() if _local(e) == "acknowledgementDetail"), None)
        code = message = ""
        if detail is not None:
            code = next((e.get("code", "") for e in detail if _local(e) == "code"), "")
            message = next((texte(e) for e in detail if _local(e) == "text"), "")
        raise ErreurDmp(code or accuse, f"Le DMP a refusé : {message} (code {code or accuse})")


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
