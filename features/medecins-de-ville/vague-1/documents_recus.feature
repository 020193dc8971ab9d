# language: fr
Fonctionnalité: Documents reçus par MSSanté et liste de travail des non lus
  Les documents reçus entrent dans une liste transversale, se trient, se classent et se rattachent au bon dossier.

  @MSS/va1.25.01
  Scénario: Un document reçu entre dans la liste des non lus avec les métadonnées de son enveloppe
    # Deux types, deux émetteurs, deux patients, deux dates, puis une seconde version : une valeur constante ne passe pas.
    Étant donné un patient « Hector » dont le statut est « identité qualifiée »
    Et un patient « Irène » dont le statut est « identité qualifiée »
    Et une lettre de liaison « sortie » reçue par MSSanté pour le patient « Hector », vieux de 3 jours
    Et un compte rendu de biologie « bilan » reçu par MSSanté pour le patient « Irène »
    Quand le professionnel verse les documents reçus à la liste de travail
    Alors la liste des documents non lus restitue l'enveloppe de « sortie »
    Et la liste des documents non lus restitue l'enveloppe de « bilan »
    Quand le professionnel classe le document « bilan »
    Et le professionnel ouvre le document reçu « bilan »
    Alors « bilan » n'est plus parmi les documents non lus
    Et « sortie » est parmi les documents non lus
    Quand un compte rendu de biologie « bilan corrigé » reçu par MSSanté pour le patient « Irène », qui remplace « bilan »
    Et le professionnel verse les documents reçus à la liste de travail
    Alors la liste des documents non lus restitue l'enveloppe de « bilan corrigé »

  @MSS/va1.28.01
  Scénario: Un document reçu se classe sans saisie au dossier de son patient
    Étant donné un patient « Joséphine » dont le statut est « identité qualifiée »
    Et un patient « Kléber » dont le statut est « identité qualifiée »
    Et une lettre de liaison « sortie » reçue par MSSanté pour le patient « Joséphine », vieux de 12 jours
    Et un compte rendu de biologie « bilan » reçu par MSSanté pour le patient « Kléber », vieux de 2 jours
    Quand le professionnel classe le document « sortie »
    Et le professionnel classe le document « bilan »
    Alors « sortie » est au dossier du patient avec le type et la date de son enveloppe
    Et « bilan » est au dossier du patient avec le type et la date de son enveloppe

  @ERGO/va1.05.01
  Scénario: La liste des non lus s'ouvre sur les plus récents, se trie et se filtre
    # L'ordre de réception n'est ni celui des dates, ni celui des patients, ni celui des types.
    Étant donné un patient « Léonce » dont le statut est « identité qualifiée »
      | champ            | valeur    |
      | nom de naissance | VAUCLUSE  |
    Et un patient « Mathurin » dont le statut est « identité qualifiée »
      | champ            | valeur    |
      | nom de naissance | ARGENTEUIL |
    Et un compte rendu de biologie « bilan de Léonce » reçu par MSSanté pour le patient « Léonce », vieux de 9 jours
    Et une lettre de liaison « sortie de Mathurin » reçue par MSSanté pour le patient « Mathurin », vieux de 2 jours
    Et une lettre de liaison « sortie de Léonce » reçue par MSSanté pour le patient « Léonce », vieux de 40 jours
    Et un compte rendu de biologie « bilan de Mathurin » reçu par MSSanté pour le patient « Mathurin », vieux de 21 jours
    Quand le professionnel verse les documents reçus à la liste de travail
    Alors la liste des documents non lus s'ouvre sur les plus récents
    Et la liste des documents non lus se trie par date, par patient et par type
    Et la liste des documents non lus se filtre par date, par patient et par type

  @ERGO/va1.06.01
  Scénario: Les documents non lus sont proposés à l'ouverture du logiciel
    # L'exigence veut aussi les tris et les filtres : ils sont joués comme pour ERGO/va1.05, sur quatre documents dont
    # l'ordre de réception n'est celui d'aucun tri.
    Étant donné un patient « Nestor » dont le statut est « identité qualifiée »
      | champ            | valeur   |
      | nom de naissance | ZELLIDJA |
    Et un patient « Olga » dont le statut est « identité qualifiée »
      | champ            | valeur   |
      | nom de naissance | BELMONDE |
    Et un compte rendu de biologie « bilan » reçu par MSSanté pour le patient « Nestor », vieux de 5 jours
    Et une lettre de liaison « sortie » reçue par MSSanté pour le patient « Olga », vieux de 1 jour
    Et une lettre de liaison « sortie de Nestor » reçue par MSSanté pour le patient « Nestor », vieux de 12 jours
    Et un compte rendu de biologie « bilan d'Olga » reçu par MSSanté pour le patient « Olga », vieux de 30 jours
    Quand le professionnel verse les documents reçus à la liste de travail
    Alors les documents non lus sont proposés à l'ouverture du logiciel
    Et « bilan » est parmi les documents non lus
    Et la liste des documents non lus se trie par date, par patient et par type
    Et la liste des documents non lus se filtre par date, par patient et par type
    Quand le professionnel classe le document « bilan »
    Et le professionnel ouvre le document reçu « bilan »
    Alors « bilan » n'est plus parmi les documents non lus
    Et « sortie » est parmi les documents non lus

  @ERGO/va1.08.01
  Scénario: Un document dont l'INS n'est d'aucune identité qualifiée se rattache après comparaison des traits
    # Le patient est connu, son identité seulement validée ; un autre patient porte le même nom de naissance.
    Étant donné un patient « Prosper » dont le statut est « identité validée »
      | champ            | valeur      |
      | nom de naissance | MONTLAURIER |
    Et un patient « Rodolphe » dont le statut est « identité provisoire »
      | champ            | valeur      |
      | nom de naissance | MONTLAURIER |
    Et une lettre de liaison « sortie » reçue par MSSanté pour le patient « Prosper », vieux de 4 jours
    Quand le professionnel verse les documents reçus à la liste de travail
    Alors « sortie » est parmi les documents non lus
    Et les traits de « sortie » sont comparés à ceux du patient « Rodolphe »
    Et les traits de « sortie » sont comparés à ceux du patient « Prosper »
    Quand le professionnel rattache le document « sortie » au dossier du patient « Prosper »
    Alors « sortie » est au seul dossier du patient « Prosper »
