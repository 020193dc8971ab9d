"""Client du téléservice INSi : certificat logiciel (TLS mutuel) ou carte CPx (assertion signée)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from lxml import etree

from simulators.logiciel_temoin import insi_messages as m
from simulators.logiciel_temoin import psc_api
from simulators.logiciel_temoin.certificats import signer_assertion
from simulators.logiciel_temoin.environnement import Certificat, Professionnel
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.horloge import maintenant
from simulators.logiciel_temoin.labo import NOM_LPS, VERSION, Labo
from simulators.logiciel_temoin.soap import (
    SAML,
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

FORMAT_SUJET = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"


class EchecInsi(Exception):
    """L'appel n'a pas abouti ; `code` est celui de la faute, s'il y en a un."""

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Acces:
    """Comment un appel s'authentifie : par certificat (MANU, AUTO), par carte, ou par Pro Santé Connect.

    `personne` : l'utilisateur connecté par Pro Santé Connect, dont le jeton accompagne le message.
    """

    mode: str
    certificat: Certificat | None
    emetteur: str
    url: str
    signataire: Certificat | None = None
    specialite: str = ""
    personne: Utilisateur | None = None
    profession: str = ""
    """Profession dans laquelle agit une personne qui en a plusieurs."""


class ClientInsi:
    """Un appel = un message neuf : nouveaux identifiants à chaque essai."""

    def __init__(self, labo: Labo) -> None:
        self._labo = labo

    def acces_certificat(self, *, automatique: bool = False) -> Acces:
        nom = "insi_auto" if automatique else "insi_manu"
        if self._labo.defaut("insi_verification_manu") and automatique:
            nom = "insi_manu"
        if self._labo.defaut("insi_appel_manuel_auto") and not automatique:
            nom = "insi_auto"
        certificat = self._labo.environnement.certificats[nom]
        emetteur = "99B9999999" if self._labo.defaut("insi_emetteur_constant") else certificat.unite
        return Acces("certificat", certificat, emetteur, self._labo.environnement.url_insi_certificat)

    def acces(self, utilisateur: Utilisateur, authentification: str | None) -> Acces:
        """Par le moyen demandé ; sinon Pro Santé Connect si l'utilisateur y est connecté, à défaut le certificat."""
        moyen = authentification or ("psc" if psc_api.adresse(self._labo, utilisateur, "insi") else "certificat")
        if moyen in ("carte", "certificat") and self._labo.defaut("insi_moyen_impose"):
            moyen = "certificat" if moyen == "carte" else "carte"
        match moyen:
            case "psc":
                return self.acces_psc(utilisateur)
            case "carte":
                return self.acces_carte(utilisateur)
        return self.acces_certificat()

    def acces_carte(self, utilisateur: Utilisateur) -> Acces:
        professionnel = utilisateur.professionnel
        if professionnel is None or professionnel.carte_signature is None:
            raise Refus("Aucune carte CPx n'est associée à ce compte.")
        return Acces(
            "carte",
            None,
            professionnel.identifiant_national,
            self._labo.environnement.url_insi_carte,
            self._labo.environnement.certificats[self._carte(professionnel)],
            professionnel.specialite,
        )

    def acces_psc(self, utilisateur: Utilisateur) -> Acces:
        """L'API Pro Santé Connectée, au nom de la personne connectée."""
        url, professionnel = psc_api.adresse(self._labo, utilisateur, "insi"), utilisateur.exiger_professionnel()
        if not url:
            raise Refus("Connectez-vous par Pro Santé Connect pour appeler INSi par ce moyen.")
        medecin = professionnel.profession == "10"
        return Acces(
            "psc",
            psc_api.certificat(self._labo),
            professionnel.identifiant_national,
            url,
            specialite=professionnel.specialite if medecin else "",
            personne=utilisateur,
            profession=professionnel.profession if _plusieurs_professions(utilisateur) else "",
        )

    def _carte(self, professionnel: Professionnel) -> str:
        """Nom du certificat de la carte qui signe l'assertion."""
        if self._labo.defaut("insi_signe_par_authentification"):
            return professionnel.carte_authentification or ""
        return professionnel.carte_signature or ""

    def rechercher_traits(self, acces: Acces, traits: m.Traits) -> m.ResultatInsi:
        racine, corps = self._message(acces, m.RECHERCHE_TRAITS, None)
        m.requete_traits(corps, traits)
        return m.lire_resultat(self._appeler(acces, m.RECHERCHE_TRAITS, racine))

    def rechercher_carte(self, acces: Acces, carte: m.CarteVitale) -> m.ResultatInsi:
        racine, corps = self._message(acces, m.RECHERCHE_CARTE, carte)
        m.requete_carte(corps, carte)
        return m.lire_resultat(self._appeler(acces, m.RECHERCHE_CARTE, racine))

    def verifier(self, acces: Acces, matricule: str, oid: str, traits: m.Traits) -> str:
        racine, corps = self._message(acces, m.VERIFICATION, None)
        m.requete_verification(corps, matricule, oid, traits)
        return m.lire_verification(self._appeler(acces, m.VERIFICATION, racine))

    def _message(
        self, acces: Acces, operation: str, carte: m.CarteVitale | None
    ) -> tuple[etree._Element, etree._Element]:
        labo = self._labo
        racine, entete, corps = enveloppe()
        instant = maintenant()
        if labo.defaut("insi_horloge_decalee"):
            instant -= timedelta(hours=2)
        idam = "INCONNU00000" if labo.defaut("insi_idam_faux") else labo.environnement.idam
        m.contexte_bam(entete, labo.identifiant("insi_contexte"), instant, acces.emetteur, carte)
        lps = (VERSION, labo.instance, f"urn:lps:{NOM_LPS.lower()}:{VERSION}")
        m.contexte_lps(entete, labo.identifiant("insi_contexte"), instant, acces.emetteur, idam, lps)
        ajouter(entete, WSA, "Action", m.ACTION + operation)
        ajouter(entete, WSA, "MessageID", "uuid:" + labo.identifiant("insi_message_id"))
        if acces.signataire is not None or acces.personne is not None:
            securite = etree.SubElement(entete, f"{{{WSSE}}}Security", nsmap={"wsse": WSSE})
            securite.append(self._assertion(acces))
        return racine, corps

    def _assertion(self, acces: Acces) -> etree._Element:
        """Signée par la carte ; par Pro Santé Connect, non signée : le jeton qui l'accompagne fait foi."""
        signataire, structure = acces.signataire, self._labo.environnement.structure
        assertion = etree.Element(f"{{{SAML}}}Assertion", nsmap={"saml": SAML})
        instant = maintenant()
        if self._labo.defaut("insi_assertion_perimee"):
            instant -= timedelta(hours=3)
        assertion.set("ID", "_" + self._labo.identifiant("insi_assertion"))
        assertion.set("Version", "2.0")
        assertion.set("IssueInstant", instant.strftime("%Y-%m-%dT%H:%M:%SZ"))
        if signataire is not None:
            ajouter(assertion, SAML, "Issuer", signataire.sujet, Format=FORMAT_SUJET)
        elif acces.certificat is not None:
            ajouter(assertion, SAML, "Issuer", acces.certificat.sujet, Format=FORMAT_SUJET)
        qualifiant = "PSC" if signataire is None else "CPS"
        ajouter(ajouter(assertion, SAML, "Subject"), SAML, "NameID", acces.emetteur, NameQualifier=qualifiant)
        declaration = ajouter(assertion, SAML, "AttributeStatement")
        for nom, valeur in (
            ("identifiantFacturation", structure.identifiant_facturation),
            ("codeSpecialite", acces.specialite),
            ("secteurActivite", structure.secteur_activite),
            ("gipProfessionCode", acces.profession),
        ):
            if valeur:
                ajouter(ajouter(declaration, SAML, "Attribute", Name=nom), SAML, "AttributeValue", valeur)
        self._labo.defauts.muter_xml("insi_assertion", assertion)
        if signataire is None or self._labo.defaut("insi_assertion_non_signee"):
            return assertion
        if self._labo.defaut("insi_signataire_perime"):
            signataire = signataire.autosigne(perime=True)
        return signer_assertion(assertion, signataire)

    def _certificat(self, acces: Acces, operation: str) -> Certificat | None:
        """Le certificat présenté ; le défaut prend celui d'une carte pour la recherche par carte Vitale."""
        carte = self._labo.environnement.responsable.carte_authentification
        par_carte_vitale = acces.certificat is not None and operation == m.RECHERCHE_CARTE
        if par_carte_vitale and carte and self._labo.defaut("insi_mauvais_certificat"):
            return self._labo.environnement.certificats[carte]
        return acces.certificat

    def _appeler(self, acces: Acces, operation: str, racine: etree._Element) -> etree._Element:
        nature, defauts = f"{operation}:{acces.mode}", self._labo.defauts
        defauts.muter_xml("insi_message", racine, nature)
        message_id = texte(racine.find(f".//{{{WSA}}}MessageID"))
        type_mime = f'application/soap+xml; charset=utf-8; action="{m.ACTION}{operation}"'
        type_mime = defauts.muter_texte("insi_type", type_mime, nature)
        envoi = defauts.muter_texte("insi_octets", octets(racine).decode(), nature).encode()
        methode = defauts.muter_texte("insi_methode", "POST", nature)
        url = defauts.muter_texte("insi_adresse", acces.url, nature)
        entetes = {"Content-Type": type_mime}
        if acces.personne is not None:
            entetes |= psc_api.porteur(self._labo, acces.personne, "insi")
        try:
            certificat = self._certificat(acces, operation)
            reponse = self._labo.transport.demander(methode, url, envoi, entetes, certificat)
            arbre = lire_xml(reponse.octets)
            contenu = corps_de_reponse(arbre)
        except FauteSoap as faute:
            raise EchecInsi(f"Le téléservice INSi a refusé l'appel : {faute}", faute.code) from faute
        except ErreurTransport as erreur:
            raise EchecInsi(f"Le téléservice INSi est injoignable : {erreur}") from erreur
        except ReponseIllisible as erreur:
            raise EchecInsi(f"Le téléservice INSi a rendu une réponse inexploitable : {erreur}") from erreur
        relie = texte(arbre.find(f".//{{{WSA}}}RelatesTo"))
        if relie and relie != message_id and not self._labo.defaut("insi_reponse_d_un_autre"):
            raise EchecInsi("La réponse reçue d'INSi ne répond pas à cet appel : elle est ignorée.")
        if reponse.statut != 200:
            raise EchecInsi(f"Le téléservice INSi a répondu HTTP {reponse.statut}.")
        return contenu


def _plusieurs_professions(utilisateur: Utilisateur) -> bool:
    session = utilisateur.session_psc
    return session is not None and len({s.profession for s in session.identite.situations if s.profession}) > 1
